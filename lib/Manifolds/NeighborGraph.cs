using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>An undirected graph with lengths on its edges, and the shortest paths in it (Dijkstra 1959).</summary>
internal sealed class NeighborGraph
{
    private readonly List<(int To, double Length)>[] _edges;

    private NeighborGraph(int count) => _edges = [.. Enumerable.Range(0, count).Select(_ => new List<(int, double)>())];

    /// <summary>Each point joined to its nearest others.</summary>
    public static NeighborGraph Of(Tensor points, int neighbors)
    {
        int n = (int)points.shape[0];
        var (distances, indices) = NearestNeighbors.Search(points, neighbors);
        double[] lengths = distances.data<double>().ToArray();
        long[] ends = indices.data<long>().ToArray();
        var graph = new NeighborGraph(n);
        for (int i = 0; i < ends.Length; i++)
        {
            int from = i / neighbors, to = (int)ends[i];
            // An edge found from both ends is the same edge.
            bool known = to < from && ends.AsSpan(to * neighbors, neighbors).Contains(from);
            if (!known) graph.Add(from, to, lengths[i]);
        }
        return graph;
    }

    /// <summary>For each node the number of its connected part, from 0.</summary>
    public int[] Parts()
    {
        int[] part = new int[_edges.Length];
        Array.Fill(part, -1);
        int count = 0;
        var open = new Stack<int>();
        for (int start = 0; start < part.Length; start++)
        {
            if (part[start] >= 0) continue;
            part[start] = count;
            open.Push(start);
            while (open.TryPop(out int node))
                foreach (var (to, _) in _edges[node])
                    if (part[to] < 0)
                    {
                        part[to] = count;
                        open.Push(to);
                    }
            count++;
        }
        return part;
    }

    /// <summary>Joins every two parts by the shortest edge between them.</summary>
    public void Join(Tensor points, int[] parts, int count)
    {
        long[][] members = [.. Enumerable.Range(0, count)
            .Select(part => Enumerable.Range(0, parts.Length).Where(i => parts[i] == part).Select(i => (long)i).ToArray())];
        for (int a = 0; a < count; a++)
            for (int b = a + 1; b < count; b++)
            {
                using var scope = NewDisposeScope();
                var (nearest, indices) = NearestNeighbors.Search(points[tensor(members[a])], points[tensor(members[b])], 1);
                long to = nearest.flatten().argmin().item<long>();
                Add((int)members[a][indices[to, 0].item<long>()], (int)members[b][to], nearest[to, 0].item<double>());
            }
    }

    /// <summary>The lengths of the shortest paths between all nodes, row by row; infinity where there is none.</summary>
    public double[] ShortestPaths(CancellationToken cancellation)
    {
        int n = _edges.Length;
        double[] lengths = new double[(long)n * n];
        Array.Fill(lengths, double.PositiveInfinity);
        Parallel.For(
            0, n, new ParallelOptions { CancellationToken = cancellation }, source => FromSource(source, lengths.AsSpan(source * n, n)));
        // The two directions of a path may round differently.
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) lengths[i * n + j] = lengths[j * n + i] = Math.Min(lengths[i * n + j], lengths[j * n + i]);
        return lengths;
    }

    private void FromSource(int source, Span<double> length)
    {
        var open = new PriorityQueue<int, double>();
        length[source] = 0;
        open.Enqueue(source, 0);
        while (open.TryDequeue(out int node, out double reached))
        {
            if (reached > length[node]) continue; // an older, longer way to a node that is done
            foreach (var (to, step) in _edges[node])
            {
                double along = reached + step;
                if (along >= length[to]) continue;
                length[to] = along;
                open.Enqueue(to, along);
            }
        }
    }

    private void Add(int a, int b, double length)
    {
        _edges[a].Add((b, length));
        _edges[b].Add((a, length));
    }
}
