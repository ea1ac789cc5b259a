using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;
using NotebookRunner;

// What cells may name of the .NET Interactive kernel, under the names it has there: `using Microsoft.DotNet.Interactive;`
// compiles in every host, and the library finds the running cell by the same type names.
#pragma warning disable IDE0130, IDE1006, CA1708 // namespaces and lower-case method names are the kernel's

namespace Microsoft.DotNet.Interactive
{
    /// <summary>The functions every cell may call without a qualifier.</summary>
    public static class Kernel
    {
        public static DisplayedOnce display(object? value, params string[] mimeTypes) => value.Display(mimeTypes);

        public static IHtmlContent HTML(string content) => new HtmlString(content);
    }

    /// <summary>The cell that runs. It flows with the execution context: tasks and progress callbacks started by a cell see that cell.</summary>
    public sealed class KernelInvocationContext
    {
        /// <summary>Characters one cell may put out. A loop that prints for ever must not fill memory or disk.</summary>
        public const int OutputLimit = 16_000_000;

        private static readonly AsyncLocal<KernelInvocationContext?> Running = new();
        private readonly Action<ExecutionEvent> _publish;
        private readonly Lock _gate = new();
        private int _charactersLeft = OutputLimit;
        private bool _ended;

        internal KernelInvocationContext(Action<ExecutionEvent> publish)
        {
            _publish = publish;
            Running.Value = this;
        }

        public static KernelInvocationContext? Current => Running.Value;

        /// <summary>Never cancelled: the real kernel cancels it in VS Code only, so notebooks must not count on it.</summary>
        public CancellationToken CancellationToken => CancellationToken.None;

        /// <summary>Sends one event of this cell, in order; what comes after the cell has ended is lost, as in the kernel.</summary>
        internal void Publish(ExecutionEvent happened)
        {
            lock (_gate)
            {
                if (_ended || _charactersLeft < 0) return;
                int size = happened switch
                {
                    StreamWritten written => written.Text.Length,
                    ValueShown shown => shown.Data.Sum(pair => pair.Value.Length),
                    _ => 0,
                };
                // An update takes the place of what it updates; a fresh output adds to the page.
                if (happened is not ValueShown { Kind: ShownAs.Update }) _charactersLeft -= size;
                else if (size > OutputLimit) _charactersLeft = -1;
                _publish(_charactersLeft >= 0
                    ? happened
                    : new StreamWritten("stderr", $"\n[the cell's output was cut: it is longer than {OutputLimit:N0} characters]\n"));
            }
        }

        /// <summary>Sends the last event of this cell; nothing follows it.</summary>
        internal void End(ExecutionEvent last)
        {
            lock (_gate)
            {
                _ended = true;
                _publish(last);
            }
        }

        internal string Show(object? value, string[] mimeTypes, ShownAs kind, string? displayId = null)
        {
            displayId ??= Guid.NewGuid().ToString("N");
            Publish(new ValueShown(kind, displayId, Format(value, mimeTypes)));
            return displayId;
        }

        private static Dictionary<string, string> Format(object? value, string[] mimeTypes)
        {
            IEnumerable<string> types = mimeTypes.Length > 0 ? mimeTypes : Formatter.GetPreferredMimeTypesFor(value?.GetType());
            return types.Distinct().ToDictionary(type => type, type => value.ToDisplayString(type));
        }
    }

    public static class KernelInvocationContextExtensions
    {
        public static DisplayedValue Display(this KernelInvocationContext context, object? value, params string[] mimeTypes) =>
            new(context.Show(value, mimeTypes, ShownAs.Display), mimeTypes, context);
    }

    /// <summary>Something on the page that can be replaced while its cell runs.</summary>
    public sealed class DisplayedValue
    {
        private readonly string[] _mimeTypes;
        private readonly KernelInvocationContext _context;

        internal DisplayedValue(string id, string[] mimeTypes, KernelInvocationContext context) =>
            (DisplayId, _mimeTypes, _context) = (id, mimeTypes, context);

        public string DisplayId { get; }

        public void Update(object? updatedValue) => _context.Show(updatedValue, _mimeTypes, ShownAs.Update, DisplayId);
    }

    /// <summary>What display(x) gives back: in the kernel its Update goes to a wrong id and shows nothing, so here it does not compile.</summary>
    public sealed class DisplayedOnce
    {
        internal DisplayedOnce()
        {
        }

        [Obsolete("display(x).Update shows nothing in .NET Interactive; write KernelInvocationContext.Current.Display(x) and update that.", error: true)]
        public void Update(object? updatedValue) => throw new NotSupportedException();
    }
}

namespace System
{
    public static class DisplayExtensions
    {
        public static DisplayedOnce Display(this object? value, params string[] mimeTypes)
        {
            KernelInvocationContext.Current?.Show(value, mimeTypes, ShownAs.Display);
            return new();
        }
    }
}
