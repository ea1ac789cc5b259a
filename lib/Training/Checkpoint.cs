using System.Security.Cryptography;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The state of a training run after a whole epoch, in one file: a mark, the length of the contents, the contents, their
/// SHA-256. A run killed at any moment leaves either the former file or the new one.
/// </summary>
internal static class Checkpoint
{
    private static readonly byte[] Mark = "NBHCKPT1"u8.ToArray();

    /// <summary>What is kept besides weights and optimiser.</summary>
    public sealed record Progress(long Seed, int Epoch, double[] EpochLosses);

    public static void Save(string path, nn.Module encoder, OptimizerHelper optimizer, Progress progress)
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(progress.Seed);
            writer.Write(progress.Epoch);
            writer.Write(progress.EpochLosses.Length);
            foreach (double loss in progress.EpochLosses) writer.Write(loss);
            encoder.save(writer);
            optimizer.save_state_dict(writer);
        }
        AtomicFile.Write(path, $"The checkpoint of epoch {progress.Epoch}", file =>
        {
            var contents = memory.GetBuffer().AsSpan(0, (int)memory.Length);
            file.Write(Mark);
            file.Write(BitConverter.GetBytes((long)contents.Length));
            file.Write(contents);
            file.Write(SHA256.HashData(contents));
        });
    }

    /// <summary>Puts network and optimiser into the state of a file; a file that does not fit leaves both as they were.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of another seed, network or optimiser.</exception>
    public static Progress Load(string path, long seed, nn.Module encoder, OptimizerHelper optimizer)
    {
        using var reader = new BinaryReader(new MemoryStream(ReadContents(path)));
        long savedSeed = reader.ReadInt64();
        if (savedSeed != seed)
            throw new InvalidDataException($"Checkpoint '{path}' is of a run with seed {savedSeed}; this one has seed {seed}. {Remedy}");
        int epoch = reader.ReadInt32();
        var losses = new double[reader.ReadInt32()];
        for (int i = 0; i < losses.Length; i++) losses[i] = reader.ReadDouble();
        byte[] before = StateOf(encoder, optimizer);
        // What a reader has changed since, such as a smaller learning rate after a run that diverged, is meant.
        var settings = optimizer.ParamGroups.Select(group => (group, group.LearningRate, group.InitialLearningRate)).ToArray();
        try
        {
            encoder.load(reader);
            optimizer.load_state_dict(reader);
            if (reader.BaseStream.Position != reader.BaseStream.Length)
                throw new InvalidDataException("It holds more than this network and optimiser.");
        }
#pragma warning disable CA1031 // TorchSharp throws whatever it stumbles over
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            using var back = new BinaryReader(new MemoryStream(before));
            encoder.load(back);
            optimizer.load_state_dict(back);
            throw new InvalidDataException($"Checkpoint '{path}' is of another network or optimiser: {error.Message} {Remedy}", error);
        }
        foreach (var (group, rate, initial) in settings) (group.LearningRate, group.InitialLearningRate) = (rate, initial);
        return new Progress(savedSeed, epoch, losses);
    }

    private const string Remedy = "Delete it, or name another file, to train from the start.";

    private static byte[] StateOf(nn.Module encoder, OptimizerHelper optimizer)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        encoder.save(writer);
        optimizer.save_state_dict(writer);
        writer.Flush();
        return memory.ToArray();
    }

    private static byte[] ReadContents(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int frame = Mark.Length + sizeof(long) + SHA256.HashSizeInBytes;
        if (file.Length < frame || !file.AsSpan(0, Mark.Length).SequenceEqual(Mark))
            throw new InvalidDataException(
                $"'{path}' is no checkpoint: expected a file that begins with {System.Text.Encoding.ASCII.GetString(Mark)}.");
        long length = BitConverter.ToInt64(file, Mark.Length);
        if (length != file.Length - frame)
            throw new InvalidDataException(
                $"Checkpoint '{path}' is damaged: {file.Length - frame} bytes of contents, expected {length}. {Remedy}");
        byte[] contents = file[(Mark.Length + sizeof(long))..^SHA256.HashSizeInBytes];
        string expected = Convert.ToHexStringLower(file.AsSpan(file.Length - SHA256.HashSizeInBytes)),
            actual = Convert.ToHexStringLower(SHA256.HashData(contents));
        if (actual != expected)
            throw new InvalidDataException(
                $"Checkpoint '{path}' is damaged: the SHA-256 of its contents is {actual}, expected {expected}. {Remedy}");
        return contents;
    }
}
