using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Which submodules of a network are in training mode, to be put back later. `train` and `eval` set a whole network; who has frozen a
/// batch normalisation inside wants it frozen afterwards, too.
/// </summary>
internal sealed class ModuleModes : IDisposable
{
    private readonly (nn.Module Module, bool Training)[] _modes;

    private ModuleModes(nn.Module network) => _modes = [.. network.modules().Prepend(network).Select(module => (module, module.training))];

    /// <summary>The modes as they are.</summary>
    public static ModuleModes Of(nn.Module network) => new(network);

    /// <summary>Puts the network into evaluation mode until the result is disposed.</summary>
    public static ModuleModes Evaluating(nn.Module network)
    {
        var before = new ModuleModes(network);
        network.eval();
        return before;
    }

    /// <summary>Puts every module's own mode back: a module sets those below it, so the outer ones come first.</summary>
    public void Restore()
    {
        foreach (var (module, training) in _modes)
            if (module.training != training) module.train(training);
    }

    /// <inheritdoc/>
    public void Dispose() => Restore();
}
