using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>How far a run of <see cref="TSne"/> has come.</summary>
/// <param name="Iteration">The iterations done.</param>
/// <param name="Iterations">The iterations of the whole run.</param>
/// <param name="Divergence">The Kullback-Leibler divergence of the embedding's similarities from the data's, in nats.</param>
public sealed record EmbeddingReport(int Iteration, int Iterations, double Divergence);

/// <summary>
/// t-distributed stochastic neighbour embedding (van der Maaten and Hinton 2008, "Visualizing Data using t-SNE") in two dimensions. It is
/// exact: it uses all pairs, without approximation. Early exaggeration, momentum, gains, learning rate and the start from principal
/// components are scikit-learn's.
/// </summary>
/// <param name="perplexity">The effective number of neighbours of each point, at least 1 and below n - 1.</param>
/// <param name="seed">
/// The seed of the small noise added to the start, without which equal points could not separate. Equal seeds give equal embeddings.
/// </param>
public sealed class TSne(double perplexity = 30, long seed = 1)
{
    /// <summary>The largest number of points: the matrix of all pairs is kept in memory.</summary>
    public const int MostPoints = 3000;

    private const double Exaggeration = 12;
    private const int ExaggeratedIterations = 250, ReportEvery = 50;

    /// <summary>The number of gradient steps, at least 0; the first 250 are exaggerated.</summary>
    public int Iterations { get; init; } = 1000;

    /// <summary>Places points in two dimensions.</summary>
    /// <param name="points">[n, d], n from 3 to <see cref="MostPoints"/>, finite.</param>
    /// <param name="progress">Told after every 50 iterations, on the calling thread.</param>
    /// <param name="cancellation">Stops within one iteration.</param>
    /// <returns>
    /// The embedding [n, 2], type and device as <see cref="PrincipalComponents.Fit"/>, and its Kullback-Leibler divergence in nats.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The points are no matrix of finite numbers, or too few or too many, or the perplexity is out of their reach.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> asked to stop.</exception>
    /// <example><code>
    /// var points = rand(60, 10);
    /// var (map, divergence) = new TSne(perplexity: 10) { Iterations = 300 }.Embed(points); // [60, 2]
    /// </code></example>
    public (Tensor Embedding, double Divergence) Embed(Tensor points, IProgress<EmbeddingReport>? progress =
        null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Iterations);
        using var scope = NewDisposeScope();
        var exact = PointMatrix.Checked(points, nameof(points), atLeast: 3);
        int n = (int)exact.shape[0];
        if (n > MostPoints)
            throw new ArgumentException($"Expected at most {MostPoints} points, since all pairs are computed; got {n}.", nameof(points));
        if (!(perplexity >= 1 && perplexity < n - 1))
            throw new ArgumentException(
                $"Expected a perplexity of at least 1 and below {n - 1}, the number of other points; got {perplexity}.",
                nameof(perplexity));

        var state = new State(n, JointProbabilities(PointMatrix.Distances(exact).pow_(2), n, cancellation), Start(exact));
        double learningRate = Math.Max(n / Exaggeration / 4, 50), divergence = state.Divergence();
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            bool early = iteration < ExaggeratedIterations;
            state.Step(early ? Exaggeration : 1, early ? 0.5 : 0.8, learningRate);
            bool last = iteration + 1 == Iterations;
            if (!last && (progress is null || (iteration + 1) % ReportEvery != 0)) continue;
            divergence = state.Divergence();
            progress?.Report(new(iteration + 1, Iterations, divergence));
        }
        return (PointMatrix.Like(tensor(state.Coordinates(), n, 2, dtype: ScalarType.Float64), points).MoveToOuterDisposeScope(),
            divergence);
    }

    // The first two principal components, scaled to a standard deviation of 1e-4.
    private double[] Start(Tensor points)
    {
        long n = points.shape[0];
        int width = (int)Math.Min(2, points.shape[1]);
        using var components = PrincipalComponents.Fit(points, width);
        var start = zeros(n, 2, ScalarType.Float64);
        start.narrow(1, 0, width).copy_(components.Transform(points));
        double deviation = components.ExplainedVariance[0].sqrt().item<double>();
        if (deviation > 0) start *= 1e-4 / deviation;
        using var generator = new Generator((ulong)seed, CPU);
        return (start + randn([n, 2], ScalarType.Float64, generator: generator) * 1e-7).data<double>().ToArray();
    }

    // p(i, j) = (p(j | i) + p(i | j)) / 2n, where p(. | i) is a Gaussian around i whose width gives it the perplexity asked for.
    private float[] JointProbabilities(Tensor squaredDistances, int n, CancellationToken cancellation)
    {
        double[] conditional = squaredDistances.data<double>().ToArray();
        Parallel.For(0, n, new ParallelOptions { CancellationToken = cancellation }, i => ToProbabilities(conditional.AsSpan(i * n, n), i));
        int stride = State.Padded(n);
        float[] joint = new float[n * stride];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) joint[i * stride + j] = (float)((conditional[i * n + j] + conditional[j * n + i]) / (2.0 * n));
        return joint;
    }

    // Replaces squared distances by probabilities: a binary search for the precision at which the entropy is ln(perplexity).
    private void ToProbabilities(Span<double> row, int self)
    {
        double nearest = double.PositiveInfinity, mean = 0;
        for (int j = 0; j < row.Length; j++)
        {
            if (j == self) continue;
            nearest = Math.Min(nearest, row[j]);
            mean += row[j] / (row.Length - 1);
        }
        Span<double> weights = new double[row.Length];
        double precision = 1 / Math.Max(mean, double.Epsilon * 1e16), low = 0, high = double.PositiveInfinity, sum = 0;
        for (int tries = 0; tries < 100; tries++)
        {
            sum = 0;
            double weighted = 0;
            for (int j = 0; j < row.Length; j++)
            {
                // Against the nearest, so that the sum is never zero.
                double excess = row[j] - nearest;
                weights[j] = j == self ? 0 : Math.Exp(-precision * excess);
                sum += weights[j];
                if (j != self) weighted += weights[j] * excess;
            }
            double entropy = Math.Log(sum) + precision * weighted / sum, difference = entropy - Math.Log(perplexity);
            if (Math.Abs(difference) < 1e-7) break;
            if (difference > 0) low = precision;
            else high = precision;
            precision = double.IsPositiveInfinity(high) ? precision * 2 : (low + high) / 2;
            // Where more points are equally near than the perplexity asks for, no precision reaches it.
            if (!double.IsFinite(precision)) break;
        }
        for (int j = 0; j < row.Length; j++) row[j] = weights[j] / sum;
    }

    private sealed class State
    {
        // Filler points up to whole vectors: so far away that their similarity underflows.
        private const float FarAway = 1e18f;

        private readonly int _count;
        private readonly float[] _p;
        private readonly float[][] _y;
        private readonly double[][] _velocity, _gain, _attraction, _repulsion;
        private readonly double[] _similarity;

        public State(int count, float[] p, double[] start)
        {
            (_count, _p) = (count, p);
            _y = [new float[Padded(count)], new float[Padded(count)]];
            foreach (float[] axis in _y) axis.AsSpan(count).Fill(FarAway);
            for (int i = 0; i < count; i++) (_y[0][i], _y[1][i]) = ((float)start[2 * i], (float)start[2 * i + 1]);
            double[][] PerAxis(double value) => [.. _y.Select(_ => Enumerable.Repeat(value, count).ToArray())];
            (_velocity, _gain, _attraction, _repulsion) = (PerAxis(0), PerAxis(1), PerAxis(0), PerAxis(0));
            _similarity = new double[count];
        }

        public static int Padded(int count) => (count + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;

        public double[] Coordinates() => [.. Enumerable.Range(0, _count).SelectMany(i => new double[] { _y[0][i], _y[1][i] })];

        /// <summary>One step of gradient descent with momentum and gains (Jacobs 1988).</summary>
        public void Step(double exaggeration, double momentum, double learningRate)
        {
            Parallel.For(0, _count, Forces);
            double total = _similarity.Sum();
            for (int axis = 0; axis < 2; axis++)
                for (int i = 0; i < _count; i++)
                {
                    double gradient = 4 * (exaggeration * _attraction[axis][i] - _repulsion[axis][i] / total);
                    bool onward = _velocity[axis][i] * gradient < 0;
                    _gain[axis][i] = Math.Max(0.01, onward ? _gain[axis][i] + 0.2 : _gain[axis][i] * 0.8);
                    _velocity[axis][i] = momentum * _velocity[axis][i] - learningRate * _gain[axis][i] * gradient;
                    _y[axis][i] += (float)_velocity[axis][i];
                }
        }

        // With w = 1 / (1 + |yi - yj|²) the gradient is 4 Σ (p - w/Σw) w (yi - yj): both sums and Σw in one pass.
        private void Forces(int i)
        {
            var p = MemoryMarshal.Cast<float, Vector<float>>(_p.AsSpan(i * _y[0].Length, _y[0].Length));
            var xs = MemoryMarshal.Cast<float, Vector<float>>(_y[0].AsSpan());
            var ys = MemoryMarshal.Cast<float, Vector<float>>(_y[1].AsSpan());
            Vector<float> x = new(_y[0][i]), y = new(_y[1][i]), sum = default, pullX = default, pullY = default, pushX = default,
                pushY = default;
            for (int j = 0; j < p.Length; j++)
            {
                Vector<float> dx = x - xs[j], dy = y - ys[j], w = Vector<float>.One / (Vector<float>.One + dx * dx + dy * dy),
                    pull = p[j] * w, push = w * w;
                sum += w;
                pullX += pull * dx;
                pullY += pull * dy;
                pushX += push * dx;
                pushY += push * dy;
            }
            _similarity[i] = Vector.Sum(sum) - 1.0; // without itself
            (_attraction[0][i], _attraction[1][i]) = (Vector.Sum(pullX), Vector.Sum(pullY));
            (_repulsion[0][i], _repulsion[1][i]) = (Vector.Sum(pushX), Vector.Sum(pushY));
        }

        /// <summary>Σ p ln(p / q) over all pairs.</summary>
        public double Divergence()
        {
            double[] rows = new double[_count], weights = new double[_count];
            Parallel.For(0, _count, i =>
            {
                for (int j = 0; j < _count; j++)
                {
                    if (j == i) continue;
                    double dx = _y[0][i] - _y[0][j], dy = _y[1][i] - _y[1][j], p = _p[i * _y[0].Length + j],
                        w = 1 / (1 + dx * dx + dy * dy);
                    weights[i] += w;
                    if (p > 0) rows[i] += p * Math.Log(p / w);
                }
            });
            return rows.Sum() + Math.Log(weights.Sum());
        }
    }
}
