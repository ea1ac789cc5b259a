namespace NotebookRunner;

/// <summary>The last lines of streams that are read to their end.</summary>
internal sealed class OutputTail
{
    private const int Length = 30;
    private readonly Queue<string> _lines = new();
    private readonly Lock _gate = new();
    private readonly Task _reading;

    public OutputTail(params TextReader[] streams) => _reading = Task.WhenAll(streams.Select(stream => Task.Run(() => Read(stream))));

    /// <summary>The lines, once the streams have ended or <paramref name="patience"/> is over.</summary>
    public async Task<string[]> LinesAsync(TimeSpan patience)
    {
        await Task.WhenAny(_reading, Task.Delay(patience));
        lock (_gate) return [.. _lines];
    }

    private void Read(TextReader stream)
    {
        while (stream.ReadLine() is { } line)
        {
            if (CellErrors.IsHostFrame(line)) continue;
            lock (_gate)
            {
                _lines.Enqueue(line);
                if (_lines.Count > Length) _lines.Dequeue();
            }
        }
    }
}
