using NotebookRunner;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Data;

/// <summary>Files that the library and the runner write in the place of others: links stay links, permissions stay.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Writers => ["npy", "safetensors", "checkpoint", "text"];

    private static void Write(string writer, string path)
    {
        using var values = ones(2);
        switch (writer)
        {
            case "npy":
                NumpyFile.Write(path, values);
                break;
            case "safetensors":
                Safetensors.Write(path, new Dictionary<string, Tensor> { ["a"] = values });
                break;
            case "checkpoint":
                using (var net = nn.Linear(2, 2))
                using (var optimizer = optim.SGD(net.parameters(), 1e-3))
                    Checkpoint.Save(path, net, optimizer, new(1, 1, [0.5]));
                break;
            default:
                NotebookForm.Replace(path, "new");
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_link_stays_and_the_file_it_leads_to_is_written_with_its_permissions(string writer)
    {
        if (OperatingSystem.IsWindows()) return; // links and modes are Unix's
        Directory.CreateDirectory(_folder.File("elsewhere"));
        string target = _folder.File("elsewhere/real"), link = _folder.File("link"), first = _folder.File("first");
        File.WriteAllText(target, "before");
        File.SetUnixFileMode(target, OwnerOnly);
        File.CreateSymbolicLink(first, "elsewhere/real");
        File.CreateSymbolicLink(link, "first");
        Write(writer, link);
        Assert.Equal("first", new FileInfo(link).LinkTarget);
        Assert.Equal("elsewhere/real", new FileInfo(first).LinkTarget);
        Assert.NotEqual("before", File.ReadAllText(target));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(target));
        Assert.Equal([target], Directory.GetFiles(_folder.File("elsewhere")));

        File.Delete(target);
        Write(writer, link); // a link that leads nowhere makes its file
        Assert.True(File.Exists(target));
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_file_that_is_read_only_is_left_as_it_is(string writer)
    {
        string path = _folder.File("kept");
        File.WriteAllText(path, "before");
        File.SetAttributes(path, FileAttributes.ReadOnly);
        string message = Assert.Throws<IOException>(() => Write(writer, path)).Message;
        Assert.Contains($"could not be written to '{path}'", message, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
        File.SetAttributes(path, FileAttributes.Normal);
    }

    [Fact]
    public void A_second_writer_of_a_file_does_not_touch_what_the_first_has_begun()
    {
        string path = _folder.File("a.txt");
        using (var first = new FileStream(path + ".tmp", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None }))
        {
            first.Write("half"u8);
            Assert.Throws<IOException>(() => NotebookForm.Replace(path, "other"));
            first.Flush();
            Assert.Equal(4, new FileInfo(path + ".tmp").Length);
        }
        NotebookForm.Replace(path, "new"); // what is left without a writer is overwritten
        Assert.Equal(("new", false), (File.ReadAllText(path), File.Exists(path + ".tmp")));
    }

    [Fact]
    public void What_a_killed_process_left_is_not_followed()
    {
        if (OperatingSystem.IsWindows()) return;
        File.WriteAllText(_folder.File("mine"), "mine");
        File.CreateSymbolicLink(_folder.File("a.txt.tmp"), "mine");
        NotebookForm.Replace(_folder.File("a.txt"), "new");
        Assert.Equal("mine", File.ReadAllText(_folder.File("mine")));
        Assert.Equal("new", File.ReadAllText(_folder.File("a.txt")));
    }
}
