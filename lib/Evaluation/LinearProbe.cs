using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// A linear classifier on frozen features, which shows how much of the labels can be read off them: multinomial logistic regression with
/// an L2 penalty. The problem is convex and the solver starts from zero weights, so there is no learning rate to tune and no seed.
/// </summary>
/// <example><code>
/// var probe = LinearProbe.Fit(embeddings, labels);
/// double accuracy = probe.Predict(embeddings).eq(labels).to_type(ScalarType.Float32).mean().item&lt;float&gt;();
/// </code></example>
public sealed class LinearProbe : IDisposable
{
    // No element of the gradient is larger in the end; the accuracy has settled by then.
    private const double Flat = 1e-4;

    private readonly Tensor _classes, _mean, _scale, _weights;

    private LinearProbe(double penalty, Tensor classes, Tensor mean, Tensor scale, Tensor weights) =>
        (Penalty, _classes, _mean, _scale, _weights) = (penalty, classes, mean, scale, weights);

    /// <summary>λ, the penalty that the classifier was fitted with.</summary>
    public double Penalty { get; }

    /// <summary>Fits the classifier.</summary>
    /// <param name="features">Floating-point, [n, d], n at least 1.</param>
    /// <param name="labels">Integers, [n], of any values.</param>
    /// <param name="penalty">λ: λ/2 ‖W‖² is added to the mean cross entropy. The bias is not penalised.</param>
    /// <param name="iterations">The largest number of steps of accelerated gradient descent; fewer are taken once it has converged.</param>
    /// <param name="standardize">
    /// Whether each feature is divided by its own standard deviation. If false, all features are divided by one common number, so that
    /// features with a small deviation stay small. That is right where deviations mean something, as those of principal components do.
    /// </param>
    /// <returns>The fitted classifier. The caller disposes it.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes, types or devices do not fit together, there is no item, or a value is NaN or infinite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The penalty is not a positive number.</exception>
    public static LinearProbe Fit(
        Tensor features, Tensor labels, double penalty = 1e-3, int iterations = 1000, bool standardize = true)
    {
        using var scope = NewDisposeScope();
        labels = Batch.Check(features, labels);
        if (features.shape[0] == 0) throw new ArgumentException("Expected at least one item to fit; got none.", nameof(features));
        if (!(penalty > 0 && double.IsFinite(penalty)))
            throw new ArgumentOutOfRangeException(nameof(penalty), penalty, "Expected a positive penalty.");
        features = Measurable.Of(features.detach());
        labels = labels.to(features.device);
        using var noGradient = no_grad();
        var classes = labels.unique().Item1;
        var mean = features.mean([0], keepdim: true);
        var deviation = (features - mean).square().mean([0], keepdim: true).sqrt();
        if (!standardize) deviation = deviation.square().mean().sqrt().expand_as(deviation);
        // A feature that never varies says nothing: it is left at zero.
        var scale = where(deviation.gt(0), 1 / deviation, zeros_like(deviation));
        var x = Standardized(features, mean, scale);
        var targets = labels.unsqueeze(1).eq(classes).to_type(x.dtype);
        var weights = Minimize(x, targets, penalty, iterations);
        return new LinearProbe(
            penalty, classes.DetachFromDisposeScope(), mean.DetachFromDisposeScope(), scale.DetachFromDisposeScope(),
            weights.DetachFromDisposeScope());
    }

    /// <summary>Fits the classifier with several penalties, and keeps the one that classifies most validation items correctly.</summary>
    /// <param name="features">Floating-point, [n, d], n at least 1.</param>
    /// <param name="labels">Integers, [n].</param>
    /// <param name="validation">
    /// Floating-point, [m, d], m at least 1: items used neither for fitting nor for the final test.
    /// </param>
    /// <param name="validationLabels">Integers, [m].</param>
    /// <param name="penalties">
    /// The penalties to try; null for 1e-4 to 1 in powers of ten. Of equally good penalties the largest is kept.
    /// </param>
    /// <param name="standardize">As for <see cref="Fit"/>.</param>
    /// <returns>The best classifier. The caller disposes it.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes, types or devices do not fit together, or a part or the list of penalties is empty.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A penalty is not a positive number.</exception>
    public static LinearProbe FitBest(
        Tensor features, Tensor labels, Tensor validation, Tensor validationLabels, IEnumerable<double>? penalties = null,
        bool standardize = true)
    {
        LinearProbe? best = null;
        double most = -1;
        foreach (double penalty in (penalties ?? [1e-4, 1e-3, 1e-2, 1e-1, 1]).OrderDescending())
        {
            var probe = Fit(features, labels, penalty, standardize: standardize);
            double right = probe.Accuracy(validation, validationLabels);
            if (right > most) (best, probe, most) = (probe, best, right);
            probe?.Dispose();
        }
        return best ?? throw new ArgumentException("Expected at least one penalty; got none.", nameof(penalties));
    }

    /// <summary>The share of test items that a probe fitted to the training items classifies correctly.</summary>
    /// <param name="train">Floating-point, [n, d].</param>
    /// <param name="trainLabels">Integers, [n].</param>
    /// <param name="test">Floating-point, [m, d].</param>
    /// <param name="testLabels">Integers, [m].</param>
    /// <param name="penalty">As for <see cref="Fit"/>.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">The shapes, types or devices do not fit together, or a part is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The penalty is not a positive number.</exception>
    public static double Accuracy(Tensor train, Tensor trainLabels, Tensor test, Tensor testLabels, double penalty = 1e-3)
    {
        using var probe = Fit(train, trainLabels, penalty);
        return probe.Accuracy(test, testLabels);
    }

    /// <summary>The share of items classified correctly.</summary>
    /// <param name="features">Floating-point, [m, d], m at least 1.</param>
    /// <param name="labels">Integers, [m].</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">The shapes, types or devices do not fit together, or there is nothing to classify.</exception>
    public double Accuracy(Tensor features, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.Check(features, labels);
        if (features.shape[0] == 0) throw new ArgumentException("Expected at least one item to classify; got none.", nameof(features));
        return (double)Predict(features).eq(labels).sum().item<long>() / features.shape[0];
    }

    /// <summary>The most probable label of each item.</summary>
    /// <param name="features">Floating-point, [m, d].</param>
    /// <returns>Labels, int64 [m], on the features' device.</returns>
    /// <exception cref="ArgumentException">
    /// The features are not floating-point [m, d] with the d of those fitted, or a value is NaN or infinite.
    /// </exception>
    public Tensor Predict(Tensor features)
    {
        Batch.CheckEmbeddings(features);
        if (features.shape[1] != _mean.shape[1])
            throw new ArgumentException(
                $"Expected {_mean.shape[1]} features, as fitted; got {Batch.Describe(features)}.", nameof(features));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Measurable.Largest(features, nameof(features));
        var device = features.device;
        features = features.detach().to(_mean.device).to_type(_mean.dtype);
        var best = Standardized(features, _mean, _scale).mm(_weights).argmax(1);
        return _classes.index_select(0, best).to(device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in new[] { _classes, _mean, _scale, _weights }) tensor.Dispose();
    }

    // A last column of ones carries the bias.
    private static Tensor Standardized(Tensor features, Tensor mean, Tensor scale) =>
        cat([(features - mean) * scale, ones(features.shape[0], 1, dtype: features.dtype, device: features.device)], 1);

    // Accelerated descent with restarts (Nesterov 1983; O'Donoghue and Candès 2015) in the metric of the bound on the curvature
    // by Böhning 1992: correlated features cost no extra steps. [d + 1, classes].
    private static Tensor Minimize(Tensor x, Tensor targets, double penalty, int iterations)
    {
        long n = x.shape[0], width = x.shape[1];
        var penalties = full(width, 1, penalty, dtype: x.dtype, device: x.device);
        penalties[width - 1] = 0;
        // The curvature of the cross entropy is at most half the second moments; a little more keeps constant features invertible.
        var bound = x.t().mm(x) / (2.0 * n) + diag(penalties.squeeze(1) + 1e-6);
        var root = linalg.cholesky(bound);
        var weights = zeros(width, targets.shape[1], dtype: x.dtype, device: x.device);
        var ahead = weights.clone();
        double momentum = 1;
        for (int i = 0; i < iterations; i++)
        {
            using var scope = NewDisposeScope();
            // The transposed product: with few classes it takes a quarter of the time of x' times the residual.
            var residual = x.mm(ahead).softmax(1).sub_(targets);
            var gradient = residual.t().contiguous().mm(x).t().div_(n) + ahead * penalties;
            var next = ahead - gradient.cholesky_solve(root);
            var move = next - weights;
            // Once the momentum carries uphill it is dropped.
            bool uphill = (gradient * move).sum(ScalarType.Float64).item<double>() > 0;
            double nextMomentum = uphill ? 1 : (1 + Math.Sqrt(1 + 4 * momentum * momentum)) / 2;
            ahead.copy_(uphill ? next : next + move * ((momentum - 1) / nextMomentum));
            weights.copy_(next);
            momentum = nextMomentum;
            if (gradient.abs().max().to_type(ScalarType.Float64).item<double>() < Flat) break;
        }
        return weights;
    }
}
