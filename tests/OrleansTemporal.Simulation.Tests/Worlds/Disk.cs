using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>
/// What one life leaves to the next. After a power loss that is an image; after the death of the process alone it is the
/// same machine, where what was written and not flushed can be seen and can still be lost.
/// </summary>
internal sealed class Disk
{
    private readonly MemoryImage? image;
    private readonly MemoryFileSystem? earlier;

    public Disk(MemoryImage image) => this.image = image;

    public Disk(MemoryFileSystem earlier) => this.earlier = earlier;

    public static Disk Empty => new(new MemoryImage());

    /// <summary>What the next process opens. A machine that went on is opened once.</summary>
    public MemoryFileSystem Open(FaultPlan plan, QueueWorkScheduler scheduler) =>
        image is null ? earlier!.Restart(plan, scheduler) : new MemoryFileSystem(image, plan, scheduler);
}
