using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Numerics;

/// <summary>Data far from the easy case: nearly collapsed, far from the origin, in several scales at once.</summary>
internal static class HardData
{
    public const int Classes = 10, PerClass = 20;

    /// <summary>The devices at hand.</summary>
    public static Device[] Devices => cuda.is_available() ? [CPU, CUDA] : mps_is_available() ? [CPU, MPS] : [CPU];

    public static Tensor Labels => arange(Classes * PerClass).remainder(Classes);

    /// <summary>Unit vectors around one direction, classes of a fifth of the spread: float32 [200, 64].</summary>
    public static Tensor NearlyCollapsed(double spread)
    {
        random.manual_seed(4);
        var within = 0.2 * randn(Classes * PerClass, 64);
        return nn.functional.normalize(ones(1, 64) + spread * (randn(Classes, 64).index_select(0, Labels) + within));
    }

    public static Tensor FarFromTheOrigin(double offset)
    {
        random.manual_seed(5);
        return randn(Classes, 64).index_select(0, Labels) + 0.2 * randn(Classes * PerClass, 64) + offset;
    }

    /// <summary>Two groups far apart, each with classes close together, so that no common centre serves both.</summary>
    public static Tensor TwoScales()
    {
        random.manual_seed(6);
        var groups = Labels.remainder(2).mul(2).sub(1).to_type(ScalarType.Float32).unsqueeze(1);
        return groups + 1e-3 * (randn(Classes, 64).index_select(0, Labels) + 0.2 * randn(Classes * PerClass, 64));
    }

    public static TheoryData<string> Names => ["collapsed 3e-4", "collapsed 1e-3", "far 1e3", "two scales", "large 1e20", "small 1e-20"];

    public static Tensor Of(string name) => name switch
    {
        "collapsed 3e-4" => NearlyCollapsed(3e-4),
        "collapsed 1e-3" => NearlyCollapsed(1e-3),
        "far 1e3" => FarFromTheOrigin(1e3),
        "two scales" => TwoScales(),
        "large 1e20" => FarFromTheOrigin(0) * 1e20,
        "small 1e-20" => FarFromTheOrigin(0) * 1e-20,
        _ => throw new ArgumentException(name),
    };
}
