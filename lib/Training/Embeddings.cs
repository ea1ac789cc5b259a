using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Runs an encoder over data, without gradients.</summary>
/// <example><code>
/// var all = Embeddings.Of(encoder, images, blockSize: 512);
/// </code></example>
public static class Embeddings
{
    /// <summary>
    /// The embeddings of images, computed block by block with the encoder in evaluation mode. Afterwards each module of the
    /// encoder has the mode that it had before.
    /// </summary>
    /// <param name="encoder">
    /// Takes float32 [b, 1, height, width] if the images are grey, [b, 3, height, width] if in colour; gives [b, d].
    /// </param>
    /// <param name="images">uint8 [n, height, width] grey, or [n, 3, height, width] in colour.</param>
    /// <param name="blockSize">How many images go through the encoder at a time, at least 1.</param>
    /// <returns>Embeddings [n, d] of the encoder's type, on its device.</returns>
    /// <exception cref="ArgumentException">The images are of another type or shape.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The block size is below 1.</exception>
    /// <exception cref="NotSupportedException">libtorch computes a convolution of the encoder wrong on this processor.</exception>
    public static Tensor Of(nn.Module<Tensor, Tensor> encoder, Tensor images, int blockSize = 2048)
    {
        LabeledImages.Check(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        Convolutions.Ensure(encoder);
        using var modes = ModuleModes.Evaluating(encoder);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var blocks = new List<Tensor>();
        // One block even for no images, so that the result has the encoder's width.
        for (long start = 0; start == 0 || start < images.shape[0]; start += blockSize)
        {
            using var blockScope = NewDisposeScope();
            var block = images.narrow(0, start, Math.Min(blockSize, images.shape[0] - start));
            blocks.Add(encoder.forward(LabeledImages.ToPixels(block)).MoveToOuterDisposeScope());
        }
        return cat(blocks).MoveToOuterDisposeScope();
    }
}
