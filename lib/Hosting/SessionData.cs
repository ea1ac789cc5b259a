using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Copies of the tensors and arrays in a session's variables, so that an answer which changes its data in place does not spoil them for
/// later cells. Large ones (more than 2²² numbers) are no data of an exercise and are left alone.
/// </summary>
internal sealed class SessionData : IDisposable
{
    private const long Largest = 1 << 22;

    private readonly List<(ScriptVariable Variable, Copy Copy)> _kept = [];

    /// <summary>Copies the data of the running cell's session; there is none where no cell runs.</summary>
    public static SessionData Keep()
    {
        var data = new SessionData();
        if (RunningCell.KernelIsLoaded) data.KeepVariables();
        return data;
    }

    /// <summary>Puts back what was changed since.</summary>
    /// <returns>The names of the variables whose data was changed.</returns>
    public IReadOnlyList<string> GiveBack()
    {
        var changed = new List<string>();
        foreach (var (variable, copy) in _kept)
        {
            if (ReferenceEquals(variable.Value, copy.Original) && !copy.IsChanged()) continue;
            changed.Add(variable.Name);
            variable.Value = copy.GiveBack();
        }
        return changed;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, copy) in _kept) copy.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void KeepVariables()
    {
        var kernel = KernelInvocationContext.Current?.HandlingKernel;
        // A public property of the C# kernel, whose package the library does without.
        if (kernel?.GetType().GetProperty("ScriptState")?.GetValue(kernel) is not ScriptState session) return;
        foreach (var named in session.Variables.GroupBy(variable => variable.Name))
        {
            var variable = named.Last(); // the earlier ones were declared anew
            if (variable.IsReadOnly) continue;
            long room = Largest;
            if (Copy.Of(variable.Value, ref room) is { } copy) _kept.Add((variable, copy));
        }
    }

    private abstract class Copy(object original) : IDisposable
    {
        public object Original => original;

        /// <summary>A copy; null for what is no data or takes more than the room that is left.</summary>
        public static Copy? Of(object? value, ref long room) => value switch
        {
            Tensor { IsInvalid: false, is_sparse: false } tensor when (room -= tensor.numel()) >= 0 => new OfTensor(tensor),
            Array array when (room -= array.LongLength) >= 0 && array.GetType().GetElementType()! is { } element =>
                element.IsPrimitive ? new OfNumbers(array) : element.IsValueType ? null : OfObjects.Of(array, ref room),
            _ => null,
        };

        public abstract bool IsChanged();

        /// <summary>The original with its values of before, or what takes its place if it is gone.</summary>
        public abstract object GiveBack();

        public virtual void Dispose() { }
    }

    private sealed class OfTensor(Tensor original) : Copy(original)
    {
        private Tensor? _values = original.detach().clone().DetachFromDisposeScope();

        private bool HasItsShape => !original.IsInvalid && original.shape.SequenceEqual(_values!.shape);

        public override bool IsChanged()
        {
            if (!HasItsShape) return true;
            using var scope = NewDisposeScope();
            var now = original.detach();
            return !now.eq(_values!).logical_or(now.isnan().logical_and(_values!.isnan())).all().item<bool>();
        }

        public override object GiveBack()
        {
            // Not into a tensor of which several places are one number.
            if (HasItsShape && !original.stride().Contains(0))
            {
                using var same = original.detach(); // shares its numbers, and needs no gradient
                same.copy_(_values!).Dispose();
                return original;
            }
            var instead = _values!;
            _values = null;
            return instead;
        }

        public override void Dispose() => _values?.Dispose();
    }

    private sealed class OfNumbers(Array original) : Copy(original)
    {
        private readonly Array _values = (Array)original.Clone();

        public override bool IsChanged() => !Bytes(original).SequenceEqual(Bytes(_values));

        public override object GiveBack()
        {
            Array.Copy(_values, original, _values.Length);
            return original;
        }

        private static ReadOnlySpan<byte> Bytes(Array numbers) =>
            MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(numbers), Buffer.ByteLength(numbers));
    }

    private sealed class OfObjects : Copy
    {
        private readonly Array _original, _elements;
        private readonly List<(int Place, Copy Copy)> _copies = [];

        private OfObjects(Array original) : base(original) => (_original, _elements) = (original, (Array)original.Clone());

        public static OfObjects? Of(Array original, ref long room)
        {
            var copy = new OfObjects(original);
            foreach (var (place, element) in original.Cast<object?>().Index())
                if (Of(element, ref room) is { } inner) copy._copies.Add((place, inner));
            if (room >= 0) return copy;
            copy.Dispose();
            return null;
        }

        public override bool IsChanged() =>
            _elements.Cast<object?>().Zip(_original.Cast<object?>()).Any(pair => !ReferenceEquals(pair.First, pair.Second))
            || _copies.Exists(inner => inner.Copy.IsChanged());

        public override object GiveBack()
        {
            Array.Copy(_elements, _original, _elements.Length);
            foreach (var (place, copy) in _copies.Where(inner => inner.Copy.IsChanged()))
                if (copy.GiveBack() is var back && !ReferenceEquals(back, copy.Original) && _original.Rank == 1)
                    _original.SetValue(back, place);
            return _original;
        }

        public override void Dispose() => _copies.ForEach(inner => inner.Copy.Dispose());
    }
}
