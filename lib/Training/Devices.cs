using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Chooses the device that tensors are stored and computed on.</summary>
public static class Devices
{
    /// <summary>The environment variable that overrides the choice: <c>cpu</c>, <c>mps</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    public const string Variable = "NOTEBOOKS_DEVICE";

    /// <summary>
    /// The fastest device that is available: cuda, then mps, then cpu, unless <see cref="Variable"/> names another. On Linux the process
    /// keeps the CPU memory of tensors from here on, which makes small networks train several times as fast.
    /// </summary>
    /// <exception cref="ArgumentException">The variable names no device, or one that is not available.</exception>
    /// <example><code>
    /// var device = Devices.Best();
    /// var pixels = LabeledImages.ToPixels(images).to(device);
    /// </code></example>
    public static Device Best()
    {
        NativeMemory.Keep();
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(named)) return cuda.is_available() ? CUDA : mps_is_available() ? MPS : CPU;

        string kind = named.Trim().ToLowerInvariant();
        bool known = kind is "cpu" or "mps" or "cuda"
            || (kind.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(kind.AsSpan(5), out int index) && index >= 0);
        if (!known) throw new ArgumentException($"{Variable} is '{named}'; expected cpu, mps, cuda or cuda:<number>.");
        bool there = kind == "cpu"
            || (kind == "mps" ? mps_is_available()
                : cuda.is_available()
                    && (kind == "cuda" || int.Parse(kind[5..], System.Globalization.CultureInfo.InvariantCulture) < cuda.device_count()));
        return there ? device(kind) : throw new ArgumentException(
            $"{Variable} is '{named}', but this build of libtorch sees no such device.");
    }
}
