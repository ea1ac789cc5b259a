using TorchSharp;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>What TorchSharp's functions of the same names call first, in the copy of TorchSharp.dll beside the library.</summary>
/// <remarks>
/// The native side of these functions does not catch libtorch's exceptions, and without the guard a wrong call ends the process. The
/// calls are written into the copy by lib/Loading/WovenTorchSharp.targets.
/// </remarks>
internal static class TorchSharpGuards
{
    private static int s_interopThreadsSet;

    /// <summary>From now on TorchSharp's functions call their guards; done by <see cref="Notebook.Start"/>.</summary>
    /// <remarks>The package's own TorchSharp.dll has no place for them.</remarks>
    public static void Install()
    {
        if (typeof(torch).Assembly.GetType("TorchSharp.Guards") is not { } guards) return;
        foreach (var guard in guards.GetFields())
            guard.SetValue(null, typeof(TorchSharpGuards).GetMethod(guard.Name)!.CreateDelegate(guard.FieldType));
    }

    /// <summary>Refuses shapes and types that cannot be multiplied.</summary>
    /// <exception cref="ArgumentException">The product is not defined.</exception>
    public static void matmul(Tensor left, Tensor right)
    {
        long leftDimensions = left.Dimensions, rightDimensions = right.Dimensions;
        if (leftDimensions == 0 || rightDimensions == 0) throw CannotMultiply(left, right, "both need at least one dimension");
        long inner = left.size(-1), matching = right.size(rightDimensions == 1 ? 0 : -2);
        if (inner != matching)
            throw CannotMultiply(left, right,
                $"the last dimension of the first ({inner}) must equal "
                + $"the {(rightDimensions == 1 ? "only one" : "last but one")} of the second ({matching})");
        for (int back = 3; back <= Math.Min(leftDimensions, rightDimensions); back++)
        {
            long first = left.size(-back), second = right.size(-back);
            if (first != second && first != 1 && second != 1)
                throw CannotMultiply(left, right, $"their batch dimensions {first} and {second} are neither equal nor 1");
        }
        if (left.dtype != right.dtype) throw CannotMultiply(left, right, "both must be of the same type");
        if (left.dtype == ScalarType.Bool) throw CannotMultiply(left, right, "numbers are expected");
        if (left.device_type != right.device_type) throw CannotMultiply(left, right, "both must be on the same device");
        if (left.device_type == DeviceType.CUDA && !left.is_floating_point() && !left.is_complex())
            throw CannotMultiply(left, right, "whole numbers cannot be multiplied on a GPU");
    }

    /// <summary>Refuses a dimension that the tensor does not have.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such dimension.</exception>
    public static void cummax(Tensor tensor, long dim) => RequireDimension(tensor, dim);

    /// <inheritdoc cref="cummax"/>
    public static void cummin(Tensor tensor, long dim) => RequireDimension(tensor, dim);

    /// <summary>Refuses a number of threads below 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public static void set_num_threads(int num) => ArgumentOutOfRangeException.ThrowIfLessThan(num, 1);

    /// <summary>Refuses a number of threads below 1, and a second call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    /// <exception cref="InvalidOperationException">The number has been set before.</exception>
    public static void set_num_interop_threads(int num)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(num, 1);
        if (Interlocked.Exchange(ref s_interopThreadsSet, 1) == 1)
            throw new InvalidOperationException(
                "The number of threads between operations can be set once in a process, and it has been set.");
    }

    /// <summary>Refuses a state that is not this generator's kind.</summary>
    /// <exception cref="ArgumentException">The state is no uint8 tensor on the CPU, or has another length.</exception>
    public static void set_state(Generator generator, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        using var current = generator.get_state();
        if (value.dtype != current.dtype || value.device_type != current.device_type || value.numel() != current.numel())
            throw new ArgumentException(
                $"Expected a state that get_state() gave, {Batch.Describe(current)}; got {Batch.Describe(value)}.", nameof(value));
    }

    /// <summary>
    /// The gradients of the outputs with respect to the inputs, in place of TorchSharp's function. It goes by <c>autograd.backward</c>,
    /// whose native side catches; what <c>grad</c> held in the inputs before is put back.
    /// </summary>
    /// <returns>One gradient for each input; null for an input that was not used, if that is allowed.</returns>
    /// <exception cref="ArgumentException">
    /// An input needs no gradient, or was not used and <paramref name="allow_unused"/> is false.
    /// </exception>
    /// <exception cref="System.Runtime.InteropServices.ExternalException">
    /// libtorch refuses: the graph is already freed, an output needs no gradient or has several values without a weight for each.
    /// </exception>
    public static IList<Tensor> grad(
        IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs, bool retain_graph, bool create_graph, bool allow_unused)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(inputs);
        for (int i = 0; i < inputs.Count; i++)
        {
            if (!inputs[i].requires_grad) throw new ArgumentException(
                $"inputs[{i}], {Batch.Describe(inputs[i])}, needs no gradient; expected tensors with requires_grad.", nameof(inputs));
            // Such a tensor keeps no gradient by itself, and asking it for one prints a warning.
            if (!inputs[i].is_leaf) inputs[i].retain_grad();
        }
        var before = inputs.Select(input => input.grad).ToArray();
        try
        {
            foreach (var input in inputs) input.grad = null;
            autograd.backward(outputs, grad_outputs, retain_graph, create_graph, inputs);
            var gradients = inputs.Select(input => input.grad).ToArray();
            int unused = allow_unused ? -1 : Array.FindIndex(gradients, gradient => gradient is null);
            return unused < 0 ? (IList<Tensor>)gradients! : throw new ArgumentException(
                $"inputs[{unused}], {Batch.Describe(inputs[unused])}, was not used to compute the outputs; "
                + "pass allow_unused: true to get null for it.", nameof(inputs));
        }
        finally
        {
            for (int i = 0; i < inputs.Count; i++)
            {
                inputs[i].grad = before[i];
                before[i]?.Dispose();
            }
        }
    }

    /// <summary>Refuses a number that the type cannot hold.</summary>
    /// <exception cref="OverflowException">The number lies outside the type's range, or is complex.</exception>
    /// <remarks>Negative whole numbers wrap round, as in libtorch.</remarks>
    public static void ToByte(Scalar value) => RequireWithin(
        value, value.Type is ScalarType.Int64 or ScalarType.Bool ? -byte.MaxValue : 0, byte.MaxValue, "byte");

    /// <inheritdoc cref="ToByte"/>
    public static void ToSByte(Scalar value) => RequireWithin(value, sbyte.MinValue, sbyte.MaxValue, "sbyte");

    /// <inheritdoc cref="ToByte"/>
    public static void ToInt16(Scalar value) => RequireWithin(value, short.MinValue, short.MaxValue, "short");

    /// <inheritdoc cref="ToByte"/>
    public static void ToInt32(Scalar value) => RequireWithin(value, int.MinValue, int.MaxValue, "int");

    /// <inheritdoc cref="ToByte"/>
    public static void ToInt64(Scalar value) => RequireWithin(value, long.MinValue, long.MaxValue, "long");

    /// <inheritdoc cref="ToByte"/>
    public static void ToHalf(Scalar value) =>
        RequireWithin(value, (double)Half.MinValue, (double)Half.MaxValue, "Half", infinite: true);

    /// <inheritdoc cref="ToByte"/>
    public static void ToSingle(Scalar value) => RequireWithin(value, float.MinValue, float.MaxValue, "float", infinite: true);

    /// <inheritdoc cref="ToByte"/>
    public static void ToDouble(Scalar value) => RequireReal(value, "double");

    private static void RequireWithin(Scalar value, double lowest, double largest, string type, bool infinite = false)
    {
        RequireReal(value, type);
        double number = value.ToDouble();
        if (!((number >= lowest && number <= largest) || (infinite && !double.IsFinite(number))))
            throw new OverflowException(FormattableString.Invariant(
                $"{number} does not fit into {type}, which holds {lowest} to {largest}."));
    }

    private static void RequireReal(Scalar value, string type)
    {
        if (value.Type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64)
            throw new OverflowException($"A complex number does not fit into {type}; expected a real one.");
    }

    private static void RequireDimension(Tensor tensor, long dim)
    {
        long dimensions = Math.Max(1, tensor.Dimensions); // a tensor of none counts as one of one
        if (dim < -dimensions || dim >= dimensions)
            throw new ArgumentOutOfRangeException(nameof(dim), dim,
                $"Expected a dimension of {Batch.Describe(tensor)}, from {-dimensions} to {dimensions - 1}.");
    }

    private static ArgumentException CannotMultiply(Tensor left, Tensor right, string why) =>
        new($"matmul cannot multiply {Batch.Describe(left)} by {Batch.Describe(right)}: {why}.");
}
