using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Computes losses over batches for which the encoder's graph would not fit into memory (Gao et al. 2021, "Scaling Deep Contrastive
/// Learning Batch Size under Memory Limited Setup"). A contrastive loss couples all items of a batch, but only through their embeddings:
/// once the gradient at those is known, each chunk of the batch can be sent back through the encoder alone.
/// </summary>
/// <example><code>
/// var loss = GradientCache.Loss(encoder, firstViews, z => new SupConLoss().forward(z, labels), chunkSize: 8);
/// loss.backward();
/// </code></example>
public static class GradientCache
{
    /// <summary>
    /// The loss of a batch, with its exact gradient, with the encoder's graph held for one chunk at a time. The encoder runs
    /// twice: without a graph for the embeddings, then chunk by chunk with one.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Every chunk starts from the same random state in both runs, so dropout drops the same units; the call takes one number from
    /// torch's global generator on the CPU, however many the encoder draws. Random changes of the inputs, such as augmentation, have to
    /// be made before this call.
    /// </para>
    /// <para>
    /// Batch normalisation in training mode normalises each chunk by its own mean and variance, so there the loss and the gradient
    /// are those of an encoder that is shown the chunks one by one; its running averages move by both runs. Layer or group
    /// normalisation gives the same loss for every chunk size.
    /// </para>
    /// </remarks>
    /// <param name="encoder">From inputs [b, ...] to embeddings [b, d].</param>
    /// <param name="inputs">[n, ...]; for two views, one after the other. No gradient flows into them.</param>
    /// <param name="loss">From all embeddings [n, d] to a scalar. Parameters of its own get their gradient, too.</param>
    /// <param name="chunkSize">The number of inputs whose graph is held at a time, at least 1.</param>
    /// <returns>A scalar whose backward pass gives every parameter its gradient, once.</returns>
    /// <exception cref="ArgumentException">
    /// The inputs are a scalar or empty, the encoder does not give one row an input, or the loss is no scalar.
    /// </exception>
    /// <exception cref="ArgumentNullException">The encoder or the loss is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The chunk size is below 1.</exception>
    public static Tensor Loss(nn.Module<Tensor, Tensor> encoder, Tensor inputs, Func<Tensor, Tensor> loss, int chunkSize)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkSize, 1);
        if (inputs.dim() == 0 || inputs.shape[0] == 0)
            throw new ArgumentException($"Expected at least one input, [n, ...]; got {Batch.Describe(inputs)}.", nameof(inputs));

        using var scope = NewDisposeScope();
        long seed = randint(long.MaxValue, [1], dtype: ScalarType.Int64).item<long>();
        var afterSeed = random.get_rng_state();
        try
        {
            return Of(encoder, inputs, loss, chunkSize, seed).MoveToOuterDisposeScope();
        }
        finally
        {
            random.set_rng_state(afterSeed);
        }
    }

    private static Tensor Of(nn.Module<Tensor, Tensor> encoder, Tensor inputs, Func<Tensor, Tensor> loss, int chunkSize, long seed)
    {
        var embeddings = Embed(encoder, inputs, chunkSize, seed);
        if (!is_grad_enabled()) return Scalar(loss(embeddings));

        embeddings.requires_grad_();
        var value = Scalar(loss(embeddings));
        // The graph of the loss is kept: the caller's backward pass goes through it to parameters that the loss itself may have.
        var atEmbeddings = autograd.grad([value], [embeddings], retain_graph: true)[0];
        Tensor[] parameters = [.. encoder.parameters().Where(parameter => parameter.requires_grad)];
        if (parameters.Length > 0)
        {
            var gradients = Gradients(encoder, inputs, chunkSize, seed, atEmbeddings, parameters);
            foreach (var (parameter, gradient) in parameters.Zip(gradients))
                if (gradient is not null) value = PairMatrix.WithGradient(value, parameter, gradient);
        }
        return value;
    }

    private static Tensor Embed(nn.Module<Tensor, Tensor> encoder, Tensor inputs, int chunkSize, long seed)
    {
        using var noGradient = no_grad();
        var chunks = new List<Tensor>();
        for (long start = 0; start < inputs.shape[0]; start += chunkSize)
            chunks.Add(Chunk(encoder, inputs, start, chunkSize, seed));
        return cat(chunks);
    }

    // The sum over chunks of the gradients of each parameter; null for one that no chunk reached.
    private static Tensor?[] Gradients(
        nn.Module<Tensor, Tensor> encoder, Tensor inputs, int chunkSize, long seed, Tensor atEmbeddings, Tensor[] parameters)
    {
        var sums = new Tensor?[parameters.Length];
        for (long start = 0; start < inputs.shape[0]; start += chunkSize)
        {
            using var scope = NewDisposeScope();
            var chunk = Chunk(encoder, inputs, start, chunkSize, seed);
            var gradients = autograd.grad([chunk], parameters, [atEmbeddings.narrow(0, start, chunk.shape[0])], allow_unused: true);
            for (int i = 0; i < sums.Length; i++)
            {
                if (gradients[i] is not { IsInvalid: false } gradient) continue;
                if (sums[i] is { } sum) sum.add_(gradient);
                else sums[i] = gradient.MoveToOuterDisposeScope();
            }
        }
        return sums;
    }

    private static Tensor Chunk(nn.Module<Tensor, Tensor> encoder, Tensor inputs, long start, int chunkSize, long seed)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(unchecked(seed + start));
        var chunk = inputs.narrow(0, start, Math.Min(chunkSize, inputs.shape[0] - start)).detach();
        var embeddings = encoder.forward(chunk);
        if (embeddings.dim() != 2 || embeddings.shape[0] != chunk.shape[0])
            throw new ArgumentException(
                $"Expected embeddings [{chunk.shape[0]}, d] of the {chunk.shape[0]} inputs of a chunk; got "
                + $"{Batch.Describe(embeddings)}.", nameof(encoder));
        return embeddings.MoveToOuterDisposeScope();
    }

    private static Tensor Scalar(Tensor value) => value.dim() == 0
        ? value
        : throw new ArgumentException($"Expected a scalar loss; got {Batch.Describe(value)}.", "loss");
}
