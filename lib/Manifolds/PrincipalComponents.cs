using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Principal component analysis (Pearson 1901; Hotelling 1933): the orthogonal directions along which the data vary most.
/// Of all linear maps to k dimensions and back, this one has the smallest squared error.
/// </summary>
public sealed class PrincipalComponents : IDisposable
{
    private PrincipalComponents(Tensor mean, Tensor components, Tensor explainedVariance, Tensor explainedVarianceRatio) =>
        (Mean, Components, ExplainedVariance, ExplainedVarianceRatio) = (mean, components, explainedVariance, explainedVarianceRatio);

    /// <summary>The mean of the data, [d].</summary>
    public Tensor Mean { get; }

    /// <summary>
    /// The directions, of unit length and orthogonal, [k, d]; the direction of the largest variance comes first. The entry of the largest
    /// magnitude of each is positive.
    /// </summary>
    public Tensor Components { get; }

    /// <summary>The variance along each direction, with divisor n - 1, [k].</summary>
    public Tensor ExplainedVariance { get; }

    /// <summary>The share of the total variance along each direction, [k]; zero where the data do not vary at all.</summary>
    public Tensor ExplainedVarianceRatio { get; }

    /// <summary>Finds the directions, from the eigenvectors of the covariance matrix [d, d] in float64.</summary>
    /// <param name="points">[n, d], n at least 2, finite.</param>
    /// <param name="components">k, 1 to the smaller of n and d.</param>
    /// <returns>Tensors on the points' device, float64 for float64 points, else float32.</returns>
    /// <exception cref="ArgumentException">The points are no matrix of finite numbers, or fewer than 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1 or above the smaller of n and d.</exception>
    /// <example><code>
    /// var points = rand(100, 10);
    /// var pca = PrincipalComponents.Fit(points, components: 2);
    /// var map = pca.Transform(points);             // [100, 2]
    /// var restored = pca.InverseTransform(map);    // [100, 10]
    /// </code></example>
    public static PrincipalComponents Fit(Tensor points, int components)
    {
        using var scope = NewDisposeScope();
        var exact = PointMatrix.Checked(points, nameof(points));
        PointMatrix.CheckComponents(components, Math.Min(exact.shape[0], exact.shape[1]));
        var mean = exact.mean([0]);
        var centred = exact - mean;
        var (values, vectors) = linalg.eigh(centred.t().mm(centred) / (exact.shape[0] - 1));
        var variances = values.flip(0).clamp(min: 0);
        double total = variances.sum().item<double>();
        var kept = variances.narrow(0, 0, components);
        Tensor Give(Tensor result) => PointMatrix.Like(result, points).clone().MoveToOuterDisposeScope();
        return new(Give(mean), Give(PointMatrix.WithFixedSigns(vectors.flip(1).narrow(1, 0, components)).t().contiguous()),
            Give(kept), Give(total > 0 ? kept / total : zeros_like(kept)));
    }

    /// <summary>The coordinates of points along the directions.</summary>
    /// <param name="points">[m, d], of the type and on the device of the components.</param>
    /// <returns>[m, k].</returns>
    /// <exception cref="ArgumentException">The points have another width or type.</exception>
    public Tensor Transform(Tensor points)
    {
        CheckLike(points, Components.shape[1], nameof(points));
        using var scope = NewDisposeScope();
        return (points - Mean).mm(Components.t()).MoveToOuterDisposeScope();
    }

    /// <summary>Maps coordinates along the directions back to points: the mean plus the directions, each times its coordinate.</summary>
    /// <param name="coordinates">[m, k], of the type and on the device of the components.</param>
    /// <returns>[m, d].</returns>
    /// <exception cref="ArgumentException">The coordinates have another width or type.</exception>
    public Tensor InverseTransform(Tensor coordinates)
    {
        CheckLike(coordinates, Components.shape[0], nameof(coordinates));
        using var scope = NewDisposeScope();
        return Mean.addmm(coordinates, Components).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { Mean, Components, ExplainedVariance, ExplainedVarianceRatio }) tensor.Dispose();
    }

    private void CheckLike(Tensor rows, long width, string name)
    {
        if (rows.dim() != 2 || rows.shape[1] != width || rows.dtype != Components.dtype)
            throw new ArgumentException($"Expected {Components.dtype} [m, {width}]; got {Batch.Describe(rows)}.", name);
        Measurable.Largest(rows, name);
    }
}
