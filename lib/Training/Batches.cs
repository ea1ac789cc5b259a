using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>The source of the batches that a <see cref="TrainingLoop"/> trains on. Implement it to write your own.</summary>
public interface IBatches
{
    /// <summary>The number of batches in an epoch.</summary>
    int StepsPerEpoch { get; }

    /// <summary>How many images one batch sends through the encoder; used to compute the images per second.</summary>
    int ImagesPerStep { get; }

    /// <summary>
    /// The batches of one epoch, as int64 tensors of positions in the data. Random choices come from torch's global
    /// generator, which the loop seeds anew for each epoch. The loop disposes each batch after its step.
    /// </summary>
    IEnumerable<Tensor> Epoch();
}

/// <summary>
/// Goes through all positions once per epoch, in random order and in batches of equal size; an incomplete last batch is dropped.
/// </summary>
/// <example><code>
/// var batches = new ShuffledBatches(count: 32, batchSize: 8);
/// foreach (var batch in batches.Epoch()) Console.WriteLine(images[batch].shape[0]);
/// </code></example>
public sealed class ShuffledBatches : IBatches
{
    private readonly int _count;
    private readonly int _batchSize;
    private readonly Device _device;

    /// <summary>Batches over the positions 0 to <paramref name="count"/> - 1.</summary>
    /// <param name="count">The number of things to draw from.</param>
    /// <param name="batchSize">The number of positions in a batch.</param>
    /// <param name="device">Where the batches live; null for the CPU.</param>
    /// <param name="imagesPerItem">How many images the encoder gets for one position: 2 for pairs or two views.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1 or above the count.</exception>
    public ShuffledBatches(int count, int batchSize, Device? device = null, int imagesPerItem = 1)
    {
        if (batchSize < 1 || batchSize > count)
            throw new ArgumentOutOfRangeException(
                nameof(batchSize), batchSize, $"Expected a batch size of 1 to {count}, the number of things to draw from.");
        (_count, _batchSize, _device) = (count, batchSize, device ?? CPU);
        StepsPerEpoch = count / batchSize;
        ImagesPerStep = batchSize * imagesPerItem;
    }

    /// <inheritdoc/>
    public int StepsPerEpoch { get; }

    /// <inheritdoc/>
    public int ImagesPerStep { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> Epoch()
    {
        // Drawn on the CPU, so that every device sees the same order.
        using var order = randperm(_count, dtype: ScalarType.Int64).to(_device);
        for (int step = 0; step < StepsPerEpoch; step++)
            yield return order.narrow(0, (long)step * _batchSize, _batchSize);
    }
}

/// <summary>
/// Batches of P classes with K images of each, so that every item has positives and negatives if P and K are at least 2 (Hermans et al.
/// 2017, "In Defense of the Triplet Loss for Person Re-Identification").
/// </summary>
/// <example><code>
/// var batches = new ClassBalancedBatches(labels, classes: 4, perClass: 2);
/// foreach (var batch in batches.Epoch()) Console.WriteLine(labels[batch]);
/// </code></example>
public sealed class ClassBalancedBatches : IBatches, IDisposable
{
    private readonly Tensor[] _positions;
    private readonly int _classes;
    private readonly int _perClass;
    private readonly Device _device;

    /// <summary>
    /// Batches of <paramref name="classes"/> x <paramref name="perClass"/> positions, drawn without repetition inside a batch.
    /// </summary>
    /// <param name="labels">The class of each position, integers of any width or bool, [n].</param>
    /// <param name="classes">P, the number of classes in a batch.</param>
    /// <param name="perClass">K, the number of images of each class in a batch.</param>
    /// <param name="stepsPerEpoch">The number of batches in an epoch; null for n / (P K), rounded down, at least 1.</param>
    /// <exception cref="ArgumentException">
    /// The labels are no integers [n], there are fewer than P classes, or a class has fewer than K images.
    /// </exception>
    public ClassBalancedBatches(Tensor labels, int classes, int perClass, int? stepsPerEpoch = null)
    {
        using var scope = NewDisposeScope();
        _device = labels.device;
        if (labels.dim() != 1 || labels.is_floating_point())
            throw new ArgumentException($"Expected integer labels [n]; got {Batch.Describe(labels)}.", nameof(labels));
        var onCpu = labels.to_type(ScalarType.Int64).cpu().contiguous();
        var distinct = onCpu.data<long>().ToArray().Distinct().Order().ToArray();
        if (classes < 1 || classes > distinct.Length)
            throw new ArgumentException(
                $"Expected 1 to {distinct.Length} classes a batch, the number of classes in the labels; got {classes}.", nameof(classes));
        _positions = [.. distinct.Select(label => onCpu.eq(label).nonzero().flatten().DetachFromDisposeScope())];
        for (int i = 0; i < distinct.Length; i++)
            if (perClass < 1 || _positions[i].shape[0] < perClass)
                throw new ArgumentException(
                    $"Class {distinct[i]} has {_positions[i].shape[0]} images; {perClass} a batch were asked for.", nameof(perClass));
        (_classes, _perClass) = (classes, perClass);
        ImagesPerStep = classes * perClass;
        StepsPerEpoch = stepsPerEpoch ?? Math.Max(1, (int)(labels.shape[0] / ImagesPerStep));
    }

    /// <inheritdoc/>
    public int StepsPerEpoch { get; }

    /// <inheritdoc/>
    public int ImagesPerStep { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> Epoch()
    {
        for (int step = 0; step < StepsPerEpoch; step++) yield return Draw();
    }

    private Tensor Draw()
    {
        using var scope = NewDisposeScope();
        var chosen = randperm(_positions.Length, dtype: ScalarType.Int64).data<long>().ToArray().Take(_classes);
        var parts = chosen.Select(
            i => _positions[i].index_select(0, randperm(_positions[i].shape[0], dtype: ScalarType.Int64).narrow(0, 0, _perClass)));
        return cat([.. parts]).to(_device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var positions in _positions) positions.Dispose();
    }
}
