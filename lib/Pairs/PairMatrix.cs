using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// A loss over the n x n matrix of distances or similarities of a batch, computed a few anchors (rows) at a time: each block
/// yields its share of the value and, at once, of the gradient, so that no more than a block lives at a time and it stays in
/// the processor's cache. The gradient is exact; it cannot itself be differentiated again.
/// </summary>
internal static class PairMatrix
{
    // Elements of a block: half a megabyte of float32.
    private const long BlockElements = 1 << 17;

    /// <summary>
    /// One block: the distances or similarities of the anchors from <paramref name="start"/> on to the whole batch, and which of them
    /// are pairs; [b, n] each.
    /// </summary>
    public sealed class Rows(Tensor measured, PairMask mask, long start)
    {
        private readonly Lazy<(Tensor Positive, Tensor Negative)> _pairs = new(() => mask.Rows(start, measured.shape[0]));

        public Tensor Measured => measured;

        public long Start => start;

        public Tensor Positive => _pairs.Value.Positive;

        public Tensor Negative => _pairs.Value.Negative;

        /// <summary>A count as a scalar on the device, without a copy from the host.</summary>
        public Tensor Counted(long count) => full([], count, dtype: ScalarType.Int64, device: measured.device);
    }

    /// <summary>
    /// A term of a loss: what to add up, by how many to divide, and how the sum changes with each measured value, [b, n].
    /// </summary>
    public sealed record Term(Tensor Sum, Tensor Count, Tensor Derivative);

    /// <summary>
    /// The sum over terms of Sum / Count, each added up over all blocks; a term with nothing to count is 0. A symmetric loss,
    /// in which a pair counts alike from either side, takes half the work for its gradient.
    /// </summary>
    public static Tensor Loss(Tensor x, PairMeasure measure, PairMask mask, Func<Rows, Term[]> termsOf, bool symmetric = false)
    {
        long n = x.shape[0], size = Math.Max(64, Blocks.Rows(x, n, BlockElements));
        bool differentiate = x.requires_grad && is_grad_enabled();
        // Distances do not change with where the origin is; what is rounded does.
        var points = measure == PairMeasure.EuclideanDistance ? Measurable.ForDistances(x.detach()) : x.detach();
        var totals = new List<(Tensor Sum, Tensor Count, Tensor Gradient)>();
        using (no_grad())
        {
            for (long start = 0; start < n; start += size)
            {
                using var scope = NewDisposeScope();
                long count = Math.Min(size, n - start);
                var anchors = points.narrow(0, start, count);
                var measured = Measure(anchors, points, measure, start);
                var terms = termsOf(new Rows(measured, mask, start));
                var inverse = differentiate && measure == PairMeasure.EuclideanDistance ? Inverse(measured) : null;
                for (int t = 0; t < terms.Length; t++)
                {
                    if (totals.Count == t)
                        totals.Add(
                            (zeros_like(terms[t].Sum).MoveToOuterDisposeScope(), zeros_like(terms[t].Count).MoveToOuterDisposeScope(),
                            zeros_like(points).MoveToOuterDisposeScope()));
                    totals[t].Sum.add_(terms[t].Sum);
                    totals[t].Count.add_(terms[t].Count);
                    if (differentiate) AddGradient(totals[t].Gradient, terms[t].Derivative, inverse, points, start, symmetric);
                }
            }
            foreach (var (sum, count, gradient) in totals)
            {
                sum.div_(count.clamp_min_(1));
                gradient.div_(count);
            }
        }
        var value = totals.Select(total => total.Sum).Aggregate((a, b) => a + b);
        return differentiate ? WithGradient(value, x, totals.Select(total => total.Gradient).Aggregate((a, b) => a + b)) : value;
    }

    /// <summary>
    /// The distances or similarities of anchors [b, d], those from <paramref name="start"/> on, to all points [n, d]: [b, n].
    /// </summary>
    public static Tensor Measure(Tensor anchors, Tensor points, PairMeasure measure, long start) =>
        measure == PairMeasure.EuclideanDistance ? Measurable.Distances(anchors, points, start) : anchors.mm(points.t());

    /// <summary>1 / distance; 0 where the distance is zero and so has no direction to grow in.</summary>
    public static Tensor Inverse(Tensor distances) => distances.reciprocal().masked_fill_(distances.eq(0), 0);

    /// <summary>
    /// Adds to <paramref name="gradient"/> [n, d] what the derivative with respect to the similarities or distances [b, n] of
    /// the anchors from <paramref name="start"/> on means for the points, as anchors and as partners.
    /// </summary>
    /// <param name="gradient">Is added to.</param>
    /// <param name="derivative">Is overwritten.</param>
    /// <param name="inverse">The inverse of the distances, [b, n]; null for similarities.</param>
    /// <param name="points">[n, d].</param>
    /// <param name="start">The position of the first anchor.</param>
    /// <param name="symmetric">
    /// Whether the derivative of all anchors is a symmetric matrix: then what a point receives as a partner is what it receives as an
    /// anchor.
    /// </param>
    public static void AddGradient(Tensor gradient, Tensor derivative, Tensor? inverse, Tensor points, long start, bool symmetric = false)
    {
        long count = derivative.shape[0];
        var (anchors, ofAnchors) = (points.narrow(0, start, count), gradient.narrow(0, start, count));
        // A distance grows along (anchor - point) / distance, a similarity along the point.
        var weight = inverse is null ? derivative : derivative.mul_(inverse);
        int sign = inverse is null ? 1 : -1, sides = symmetric ? 2 : 1;
        if (inverse is not null) ofAnchors.addcmul_(weight.sum(1, keepdim: true), anchors, sides);
        ofAnchors.addmm_(weight, points, 1, sign * sides);
        if (symmetric) return;
        if (inverse is not null) gradient.addcmul_(weight.sum(dim: 0).unsqueeze(1), points, 1);
        gradient.addmm_(weight.t(), anchors, 1, sign);
    }

    /// <summary>A scalar of the given value whose gradient with respect to x is the given one.</summary>
    public static Tensor WithGradient(Tensor value, Tensor x, Tensor gradient) => value + ((x - x.detach()) * gradient).sum();

    /// <summary>A term's derivative by automatic differentiation, for losses whose own would be no faster.</summary>
    /// <param name="rows">The block.</param>
    /// <param name="losses">From the measured values [b, n] to one loss an anchor, [b].</param>
    public static Term MeanOverAnchors(Rows rows, Func<Tensor, Tensor> losses)
    {
        using var gradient = enable_grad();
        var measured = rows.Measured.detach().requires_grad_();
        var sum = losses(measured).sum();
        var derivative = autograd.grad([sum], [measured])[0];
        return new Term(sum.detach(), rows.Counted(rows.Measured.shape[0]), derivative);
    }
}
