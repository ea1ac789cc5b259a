using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Data;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly string _path;

    public SafetensorsTests() => _path = _folder.File("weights.safetensors");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private static byte[] FileOf(string header, params byte[] values) =>
        [.. BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)), .. Encoding.UTF8.GetBytes(header), .. values];

    [Fact]
    public void Small_file_byte_for_byte()
    {
        Safetensors.Write(_path, new Dictionary<string, Tensor> { ["b"] = tensor(new float[] { 1, -2 }), ["a"] = tensor(new byte[] { 7 }) });
        // Larger elements first; padded with spaces to a multiple of 8.
        const string header = """{"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}""";
        string padded = header.PadRight((header.Length + 7) / 8 * 8);
        Assert.Equal(FileOf(padded, [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f), 7]), File.ReadAllBytes(_path));
        Assert.Equal([_path], Directory.GetFiles(_folder.Path));
    }

    // The example of the format's specification: a header of notes and one tensor.
    [Fact]
    public void A_file_by_others_is_read()
    {
        File.WriteAllBytes(_path, FileOf("""{"__metadata__":{"format":"pt"},"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}   """,
            [.. new[] { 1, 2, 3, -4 }.SelectMany(BitConverter.GetBytes)]));
        var (name, read) = Assert.Single(Safetensors.Read(_path));
        Assert.Equal("test", name);
        Assert.Equal(ScalarType.Int32, read.dtype);
        Assert.Equal(new[] { 1, 2, 3, -4 }, read.view(4).data<int>().ToArray());
        Assert.Equal([2L, 2], read.shape);
    }

    [Fact]
    public void Every_type_and_shape_comes_back()
    {
        ScalarType[] types = [ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool];
        var tensors = types.SelectMany(type => new (string, Tensor)[]
        {
            ($"{type} matrix \"é\"", (rand(3, 5) * 100).to_type(type)),
            ($"{type} scalar", ones([], dtype: type)),
            ($"{type} empty", zeros(0, 4, dtype: type)),
            ($"{type} view", (rand(6, 4) * 100).to_type(type).t()[1..3]),
        }).ToDictionary(entry => entry.Item1, entry => entry.Item2);
        Safetensors.Write(_path, tensors);
        var read = Safetensors.Read(_path);
        Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.dtype, read[name].dtype);
            Assert.Equal(tensor.shape, read[name].shape);
            Assert.True(tensor.eq(read[name]).all().item<bool>(), name);
        }

        // What the specification asks of the places: aligned, one behind the other, to the end of the file.
        byte[] file = File.ReadAllBytes(_path);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal((byte)'{', file[8]);
        Assert.Equal(0, length % 8);
        long end = 0;
        foreach (var (name, entry) in JsonNode.Parse(file.AsSpan(8, length))!.AsObject())
        {
            long[] place = [.. entry!["data_offsets"]!.AsArray().Select(n => (long)n!)];
            Assert.Equal(end, place[0]);
            Assert.Equal(0, place[0] % tensors[name].element_size());
            end = place[1];
        }
        Assert.Equal(file.Length, 8 + length + end);
    }

    [Fact]
    public void Weights_go_out_and_come_back()
    {
        static nn.Module<Tensor, Tensor> Net() => nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(16, 2));
        using var trained = Net();
        trained.forward(rand(8, 1, 4, 4)); // moves the running averages
        Safetensors.Write(_path, trained.state_dict());
        // The names PyTorch gives the layers of its nn.Sequential.
        Assert.Equal(["0.bias", "0.weight", "1.bias", "1.num_batches_tracked", "1.running_mean", "1.running_var", "1.weight", "4.bias", "4.weight"], Safetensors.Read(_path).Keys.Order(StringComparer.Ordinal));
        using var other = Net();
        other.load_state_dict(Safetensors.Read(_path));
        var x = rand(8, 1, 4, 4);
        trained.eval();
        other.eval();
        Assert.True(trained.forward(x).eq(other.forward(x)).all().item<bool>());
    }

    [Fact]
    public void No_tensors_are_a_file_too()
    {
        Safetensors.Write(_path, new Dictionary<string, Tensor>());
        Assert.Empty(Safetensors.Read(_path));
    }

    public static TheoryData<string, string, int> Headers => new()
    {
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "expected 8", 7 },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "expected 8", 9 },
        { """{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "takes 12 bytes", 8 },
        { """{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "expected 0", 12 },
        { """{"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"y":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", "expected 4", 6 },
        { """{"x":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", "lies at", 8 },
        { """{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", "cannot be read", 0 },
        { """{"x":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", "F8_E4M3", 2 },
        { """{"x":{"dtype":"F32","shape":[2]}}""", "cannot be read", 8 },
        { """{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "cannot be read", 2 },
        { """{"x":""", "cannot be read", 8 },
        { """[1]""", "cannot be read", 0 },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Headers_that_lie_are_refused(string header, string why, int bytes)
    {
        File.WriteAllBytes(_path, FileOf(header, new byte[bytes]));
        string message = Assert.Throws<InvalidDataException>(() => Safetensors.Read(_path)).Message;
        Assert.Contains(why, message);
        Assert.Contains(_path, message);
    }

    [Fact]
    public void Files_cut_short_anywhere_are_refused()
    {
        Safetensors.Write(_path, new Dictionary<string, Tensor> { ["x"] = rand(3, 3), ["y"] = arange(4) });
        byte[] whole = File.ReadAllBytes(_path);
        long before = LiveTensors.Count();
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.Throws<InvalidDataException>(() => Safetensors.Read(_path));
        }
        Assert.Equal(before, Tensor.TotalCount);
        File.WriteAllBytes(_path, [.. BitConverter.GetBytes(ulong.MaxValue), .. whole]);
        Assert.Throws<InvalidDataException>(() => Safetensors.Read(_path));
    }

    [Fact]
    public void What_the_format_lacks_is_refused()
    {
        Assert.Contains("ComplexFloat32", Assert.Throws<ArgumentException>(() => Safetensors.Write(_path, new Dictionary<string, Tensor> { ["x"] = zeros(2, dtype: ScalarType.ComplexFloat32) })).Message);
        Assert.Throws<ArgumentException>(() => Safetensors.Write(_path, new Dictionary<string, Tensor> { ["__metadata__"] = zeros(2) }));
        Assert.False(File.Exists(_path));
    }
}
