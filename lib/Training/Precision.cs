using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Makes training faster with arithmetic of fewer digits, on devices that have it.</summary>
public static class Precision
{
    /// <summary>
    /// Lets matrix products and convolutions of float32 tensors run as TensorFloat-32: the range of float32, 10 bits of fraction
    /// instead of 23. This holds for the whole process from this call on. NVIDIA GPUs have it from the Ampere generation (2020) on; older
    /// GPUs go on computing in float32.
    /// </summary>
    /// <param name="device">The device that is trained on.</param>
    /// <exception cref="NotSupportedException">The device is no NVIDIA GPU.</exception>
    public static void AllowTensorFloat32(Device device)
    {
        if (device.type != DeviceType.CUDA)
            throw new NotSupportedException($"TensorFloat-32 is arithmetic of NVIDIA GPUs; the device is {device}.");
        backends.cuda.matmul.allow_tf32 = true;
        backends.cudnn.allow_tf32 = true;
    }

    /// <summary>
    /// The same encoder with its linear and convolutional layers computed in bfloat16, 7 bits of fraction (Kalamkar et al. 2019,
    /// "A Study of BFLOAT16 for Deep Learning Training"), and
    /// its normalisation layers in float32. It shares the encoder's weights, which stay float32 and so do their gradients, the
    /// optimiser and checkpoints. It is meant for GPUs and for CPUs with bfloat16 instructions; other
    /// CPUs are slower with it. Convolutions stay in float32 on a CPU for which libtorch computes convolutions wrong.
    /// </summary>
    /// <param name="encoder">
    /// A <see cref="Sequential"/>, nested or not, of <see cref="Linear"/> and <see cref="Conv2d"/> layers, normalisation, and layers
    /// without parameters; float32, and on its device already.
    /// </param>
    /// <returns>An encoder from float32 [b, ...] to float32. Disposing it disposes the given encoder.</returns>
    /// <exception cref="ArgumentException">The encoder has a layer other than those named above.</exception>
    /// <exception cref="NotSupportedException">
    /// The encoder's device cannot multiply in bfloat16, or libtorch computes its convolutions wrong.
    /// </exception>
    /// <example><code>
    /// var faster = Precision.BFloat16(encoder); // train it as you would train the encoder; the weights are shared
    /// </code></example>
    public static nn.Module<Tensor, Tensor> BFloat16(nn.Module<Tensor, Tensor> encoder)
    {
        nn.Module<Tensor, Tensor>[] layers = [.. Layers(encoder)];
        var device = encoder.parameters().FirstOrDefault()?.device ?? CPU;
        try
        {
            using var scope = NewDisposeScope();
            var one = ones(8, 8, dtype: ScalarType.BFloat16, device: device);
            one.mm(one);
        }
        catch (System.Runtime.InteropServices.ExternalException error)
        {
            throw new NotSupportedException($"The device {device} cannot multiply in bfloat16: {error.Message}", error);
        }
        Convolutions.Ensure(encoder);
        return new BFloat16Encoder(encoder, layers, convolutionsToo: device.type != DeviceType.CPU || Convolutions.OneDnnIsRight);
    }

    private static IEnumerable<nn.Module<Tensor, Tensor>> Layers(nn.Module<Tensor, Tensor> module)
    {
        if (module is Sequential) return module.children().Cast<nn.Module<Tensor, Tensor>>().SelectMany(Layers);
        bool known = module switch
        {
            Conv2d conv => conv.padding_mode == PaddingModes.Zeros && conv.padding_type is null,
            Linear or BatchNorm1d or BatchNorm2d or LayerNorm or GroupNorm => true,
            _ => !module.parameters().Any(),
        };
        return known ? [module] : throw new ArgumentException(
            "Expected linear layers, convolutions padded with zeros by number, normalisation, and layers without "
            + $"parameters; got {module.GetName()}.", "encoder");
    }

    private sealed class BFloat16Encoder : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor>[] _layers;
        private readonly bool _convolutionsToo;

        public BFloat16Encoder(nn.Module<Tensor, Tensor> encoder, nn.Module<Tensor, Tensor>[] layers, bool convolutionsToo)
            : base(nameof(BFloat16Encoder))
        {
            (_layers, _convolutionsToo) = (layers, convolutionsToo);
            register_module("encoder", encoder);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var output = _layers.Aggregate(input, Through).to_type(ScalarType.Float32);
            return (ReferenceEquals(output, input) ? output.alias() : output).MoveToOuterDisposeScope();
        }

        private Tensor Through(Tensor x, nn.Module<Tensor, Tensor> layer) => layer switch
        {
            Linear linear => nn.functional.linear(Short(x), Short(linear.weight!), linear.bias is { } bias ? Short(bias) : null),
            Conv2d conv when _convolutionsToo =>
                nn.functional.conv2d(
                    Short(x), Short(conv.weight!), conv.bias is { } bias ? Short(bias) : null, conv.stride, conv.padding, conv.dilation,
                    conv.groups),
            // Sums over many values would lose most of their digits.
            Conv2d or BatchNorm1d or BatchNorm2d or LayerNorm or GroupNorm => layer.forward(x.to_type(ScalarType.Float32)),
            _ => layer.forward(x),
        };

        private static Tensor Short(Tensor tensor) => tensor.to_type(ScalarType.BFloat16);
    }
}
