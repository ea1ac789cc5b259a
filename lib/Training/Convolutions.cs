using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Sees to it that a CPU's convolutions are right. Those of oneDNN 3.7 (in libtorch 2.10) were not on a virtual machine with an AMD
/// EPYC of family 26, where layers whose channels do not fill vector registers were off by 5 to 40 % or NaN, forwards or in the gradient:
/// oneDNN takes for zeros what is left in memory (PyTorch issue 163347 reports the like). A network learns for all that, only worse.
/// </summary>
internal static partial class Convolutions
{
    // Layers that were wrong on that machine at every try, whatever was in memory.
    private static readonly (int From, int To, int Kernel, int Stride, int Padding, ScalarType Type)[] Telling =
        [(15, 30, 9, 1, 0, ScalarType.Float32), (24, 24, 3, 1, 1, ScalarType.Float32), (48, 48, 3, 2, 1, ScalarType.Float32),
            (24, 24, 3, 1, 1, ScalarType.BFloat16)];

    private static readonly Lazy<bool> Right =
        new(() => Array.TrueForAll(Telling, layer => IsRight(layer.From, layer.To, layer.Kernel, layer.Stride, layer.Padding, layer.Type)));

    private static bool _off;

    /// <summary>
    /// Whether oneDNN computes right convolutions on this processor; found out once, by comparing a few with float64, in which it has
    /// no part.
    /// </summary>
    public static bool OneDnnIsRight => Right.Value;

    /// <summary>
    /// Where oneDNN is wrong and a network has a convolution of a kind that it was seen to compute wrong, switches it off for the
    /// process, and says so in a line: slower, but right.
    /// </summary>
    /// <exception cref="NotSupportedException">oneDNN could not be switched off.</exception>
    public static void Ensure(nn.Module network)
    {
        bool first = true;
        foreach (var layer in network.modules().OfType<Conv2d>())
        {
            bool safe = layer.weight!.device_type != DeviceType.CPU || FillsRegisters(layer, first);
            first = false;
            if (safe || _off || OneDnnIsRight) continue;
            UseOneDnn(false);
            Console.WriteLine(
                "oneDNN is off from here on: on this processor it computes convolutions such as that of "
                + $"{layer.in_channels} to {layer.out_channels} channels wrong. Training takes longer.");
        }
    }

    // Which layers were right at every try, of all those that were tried.
    private static bool FillsRegisters(Conv2d layer, bool isFirst)
    {
        static bool Fill(long channels) => channels >= 16 && BitOperations.IsPow2(channels);
        return layer.groups == 1 && (Fill(layer.in_channels) || (isFirst && layer.in_channels <= 16)) && Fill(layer.out_channels);
    }

    internal static void UseOneDnn(bool enabled)
    {
        // TorchSharp has no switch for it. These are at::globalContext() and two of at::Context. NNPACK, next in line, would write
        // to the console at every step that it does not know the processor.
        try
        {
            SetUserEnabledMkldnn(GlobalContext(), enabled);
            SetUserEnabledNnpack(GlobalContext(), enabled);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new NotSupportedException(
                "oneDNN computes wrong convolutions on this processor and could not be switched off. Train on another machine.", error);
        }
        _off = !enabled;
    }

    /// <summary>
    /// Whether a convolution and its gradients, with oneDNN as it is set, are those of float64, to the digits of the type.
    /// </summary>
    internal static bool IsRight(int from, int to, int kernel, int stride, int padding, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        using var generator = new Generator(1, CPU); // the random numbers of whoever trains stay what they are
        Tensor input = randn(16, from, 14, 14, generator: generator), weight = randn(to, from, kernel, kernel, generator: generator);
        Tensor[] Results(ScalarType type)
        {
            Tensor x = input.to_type(type, copy: true).requires_grad_(), w = weight.to_type(type, copy: true).requires_grad_();
            var y = nn.functional.conv2d(x, w, null, [stride, stride], [padding, padding]);
            return [y, .. autograd.grad([y], [x, w], [y.detach()])]; // of half the sum of squares
        }
        Tensor[] right = Results(ScalarType.Float64);
        full(4_000_000, float.NaN).Dispose(); // zeros in fresh memory would hide what is wrong
        double tolerance = type == ScalarType.Float32 ? 1e-4 : 0.02;
        return Results(type).Zip(right).All(pair =>
            ((pair.First.to_type(ScalarType.Float64) - pair.Second).norm() / pair.Second.norm()).item<double>() < tolerance);
    }

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint GlobalContext();

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledMkldnnEb")]
    private static partial void SetUserEnabledMkldnn(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    private static partial void SetUserEnabledNnpack(nint context, [MarshalAs(UnmanagedType.U1)] bool enabled);
}
