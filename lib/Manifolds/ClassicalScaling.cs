using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Classical multidimensional scaling (Torgerson 1952, "Multidimensional scaling: I. Theory and method"): it places points in k dimensions
/// so that their scalar products are as near as possible to those that the given distances imply. For Euclidean distances it gives the
/// principal components.
/// </summary>
public static class ClassicalScaling
{
    private const double Rounding = 1e-6;

    /// <summary>Places points so that their distances are like the given ones.</summary>
    /// <param name="distances">[n, n], n at least 2, symmetric, finite, not negative, zero on the diagonal but for the
    /// rounding of their type.</param>
    /// <param name="components">k, 1 to n.</param>
    /// <returns>[n, k], centred, the most varying coordinate first, the entry of the largest magnitude of each positive; a coordinate
    /// that would need a negative eigenvalue (the distances are not Euclidean) is zero. Type and device as <see
    /// cref="PrincipalComponents.Fit"/>.</returns>
    /// <exception cref="ArgumentException">The matrix is not square, symmetric, finite, non-negative and zero on the diagonal.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is outside 1 to n.</exception>
    /// <example><code>
    /// var points = rand(50, 3);
    /// var map = ClassicalScaling.Embed(cdist(points, points)); // [50, 2]
    /// </code></example>
    public static Tensor Embed(Tensor distances, int components = 2)
    {
        using var scope = NewDisposeScope();
        var exact = PointMatrix.Checked(distances, nameof(distances));
        long n = exact.shape[0];
        if (exact.shape[1] != n)
            throw new ArgumentException($"Expected distances [n, n]; got {Batch.Describe(distances)}.", nameof(distances));
        PointMatrix.CheckComponents(components, n);
        double largest = exact.max().item<double>();
        // cdist(x, x) in float32 leaves more than rounding on the diagonal: the root of what two large squares differ by.
        double onDiagonal = Math.Max(Rounding, AxiomTolerances.Of(distances.dtype, given: null).Zero);
        double asymmetry = (exact - exact.t()).abs().max().item<double>(), self = exact.diagonal().abs().max().item<double>();
        if (exact.min().item<double>() < 0 || asymmetry > Rounding * largest || self > onDiagonal * largest)
            throw new ArgumentException(
                "Expected distances: symmetric, zero on the diagonal, not negative; got smallest entry "
                + $"{exact.min().item<double>():G3}, asymmetry {asymmetry:G3}, diagonal up to {self:G3}.", nameof(distances));

        // Scalar products of centred points: -1/2 J D² J with J = I - 1/n.
        var squared = exact.square();
        squared.diagonal().zero_();
        var rowMeans = squared.mean([1], keepdim: true);
        var products = (squared - rowMeans - rowMeans.t() + rowMeans.mean()) * -0.5;
        var (values, vectors) = linalg.eigh(products);
        var coordinates = PointMatrix
            .WithFixedSigns(vectors.flip(1).narrow(1, 0, components)) * values.flip(0).narrow(0, 0, components).clamp(min: 0).sqrt();
        return PointMatrix.Like(coordinates, distances).MoveToOuterDisposeScope();
    }
}
