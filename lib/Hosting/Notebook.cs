using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.DotNet.Interactive.Formatting;
using TorchSharp;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>What every notebook's first cell calls, and what it then knows of where it runs.</summary>
public static class Notebook
{
    /// <summary>
    /// The environment variable that asks for another scale: <c>full</c> is the paper's, <c>small</c> only tries the code, with
    /// trainings too short to claim anything.
    /// </summary>
    public const string ScaleVariable = "NOTEBOOKS_SCALE";

    /// <summary>The environment variable that names another seed than the notebook's own, an integer.</summary>
    public const string SeedVariable = "NOTEBOOKS_SEED";

    /// <summary>
    /// The environment variable that makes a claim that does not hold an error where it is <c>1</c>; else the table only marks it.
    /// </summary>
    public const string StrictVariable = "NOTEBOOKS_STRICT";

    /// <summary>The environment variable that keeps every training from changing weights where it is <c>1</c>.</summary>
    public const string UntrainedVariable = "NOTEBOOKS_UNTRAINED";

    /// <summary>The seed given to <see cref="Start"/>, or that of <see cref="SeedVariable"/>.</summary>
    public static long Seed { get; private set; }

    /// <summary>The device the notebook computes on.</summary>
    public static Device Device { get; private set; } = CPU;

    /// <summary>Whether the paper-scale run was asked for (<see cref="ScaleVariable"/> is <c>full</c>).</summary>
    public static bool FullScale => IsScale("full");

    /// <summary>Whether the code is only tried (<see cref="ScaleVariable"/> is <c>small</c>); then no claim is made.</summary>
    public static bool SmallScale => IsScale("small");

    /// <summary>
    /// Whether trainings leave the weights as they are (<see cref="UntrainedVariable"/> is <c>1</c>): a claim that still holds says
    /// nothing about what was learned. Only <see cref="TrainingLoop"/> follows it; a loop written by hand trains.
    /// </summary>
    public static bool Untrained => Environment.GetEnvironmentVariable(UntrainedVariable) == "1";

    /// <summary>Whether a claim that does not hold is an error (<see cref="StrictVariable"/> is <c>1</c>).</summary>
    public static bool Strict => Environment.GetEnvironmentVariable(StrictVariable) == "1";

    /// <summary>
    /// Prepares the session: seeds torch, registers how charts, tensors and reports are shown, brings plotly.js to the page, shortens
    /// libtorch's exceptions to what is wrong, and prints one line with device, versions, scale and seed. Run it before any `#r` of a
    /// package.
    /// </summary>
    /// <param name="seed">The seed of torch's generators.</param>
    /// <param name="charts">How charts are shown: without a network (the default), or by Plotly.NET.Interactive.</param>
    /// <exception cref="ArgumentException">
    /// <see cref="Devices.Variable"/> names no device that is there, <see cref="ScaleVariable"/> no scale or <see cref="SeedVariable"/> no
    /// integer, or <paramref name="charts"/> is no value of its type.
    /// </exception>
    /// <exception cref="InvalidOperationException">An earlier cell has loaded another copy of TorchSharp or Plotly.NET.</exception>
    public static void Start(long seed = 1, ChartDisplay charts = ChartDisplay.Offline)
    {
        if (!Enum.IsDefined(charts))
            throw new ArgumentOutOfRangeException(
                nameof(charts), charts, $"{nameof(charts)} must be one of {string.Join(", ", Enum.GetNames<ChartDisplay>())}.");
        if (LibraryFiles.LoadedBefore() is { } other)
            throw new InvalidOperationException(
                $"An earlier cell has loaded {other}. Restart the kernel and run this cell first; `#r` of packages comes after it.");
        Prepare(seed, charts);
    }

    // In a method of its own: it uses TorchSharp and Plotly.NET, which the check above must precede.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Prepare(long seed, ChartDisplay charts)
    {
        LibtorchErrors.Shorten();
        TorchSharpGuards.Install();
        string scale = ScaleName();
        Device = Devices.Best();
        Seed = SeedOr(seed);
        random.manual_seed(Seed);
        Claims.Clear();
        Exercise.Clear();
        RegisterFormatters();
        ChartFormatter.Restart();
        ChartFormatter.Register(charts);
        KernelSession.Prepare(() => ChartFormatter.Register(charts));
        LiveDisplay.Show(new PageSetUp(charts == ChartDisplay.Offline));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"device {Device} · {get_num_threads()} threads · .NET {Environment.Version} · TorchSharp {VersionOf(typeof(torch))} · "
            + $"Plotly.NET {ChartFormatter.PlotlyNetVersion} · scale {scale} · seed {Seed}{(Untrained ? " · untrained" : "")}"));
    }

    /// <summary>A size that depends on the scale of the run, so that sizes stand in one place.</summary>
    /// <param name="byDefault">For one CPU core and a few minutes.</param>
    /// <param name="full">For a GPU and the size of the paper.</param>
    public static T Scale<T>(T byDefault, T full) => FullScale ? full : byDefault;

    /// <summary>A size that depends on the scale of the run, where trying the code needs less than the default.</summary>
    /// <param name="byDefault">For one CPU core and a few minutes.</param>
    /// <param name="full">For a GPU and the size of the paper.</param>
    /// <param name="small">For a run in seconds that claims nothing.</param>
    public static T Scale<T>(T byDefault, T full, T small) => SmallScale ? small : Scale(byDefault, full);

    private static string ScaleName()
    {
        if (FullScale) return "full";
        if (SmallScale) return "small";
        if (IsScale("default") || IsScale("")) return "default";
        string named = Environment.GetEnvironmentVariable(ScaleVariable)!;
        throw new ArgumentException($"{ScaleVariable} is '{named}'; expected full, default or small.");
    }

    private static bool IsScale(string name) =>
        string.Equals(Environment.GetEnvironmentVariable(ScaleVariable) ?? "", name, StringComparison.OrdinalIgnoreCase);

    private static long SeedOr(long given) => Environment.GetEnvironmentVariable(SeedVariable) is not { Length: > 0 } named ? given
        : long.TryParse(named, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed) ? seed
        : throw new ArgumentException($"{SeedVariable} is '{named}'; expected an integer.");

    internal static string VersionOf(Type type) => type.Assembly.GetName().Version!.ToString(3);

    private static void RegisterFormatters()
    {
        Formatter.Register<IHtmlReport>(report => report.ToHtml(), "text/html");
        Formatter.Register<IHtmlReport>(report => report.ToString()!, "text/plain");
        Formatter.SetPreferredMimeTypesFor(typeof(IHtmlReport), "text/html", "text/plain");
        Formatter.Register<Tensor>(TensorText.Describe, "text/plain");
        Formatter.Register<Tensor>(TensorText.ToHtml, "text/html");
        Formatter.SetPreferredMimeTypesFor(typeof(Tensor), "text/html", "text/plain");
    }
}
