using System.Runtime.CompilerServices;

namespace NotebookHelpers.Tests.Training;

public class StepGarbageTests
{
    [Fact]
    public void Is_collected_once_enough_of_it_has_gathered()
    {
        var garbage = new StepGarbage();
        var left = Leave();
        long allocated = GC.GetTotalAllocatedBytes();
        for (int step = 0; left.IsAlive && GC.GetTotalAllocatedBytes() - allocated < 1 << 20; step++)
        {
            GC.KeepAlive(new byte[10_000]);
            garbage.Collect();
        }
        Assert.False(left.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Leave() => new(new object());
}
