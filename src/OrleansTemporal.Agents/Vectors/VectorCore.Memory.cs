namespace OrleansTemporal.Vectors;

/// <content>
/// Vectors count against the memory that a process may use. They can not be let go while their agent is open; where there
/// is not enough, documents give up what is sealed and can be read back.
/// </content>
internal sealed partial class VectorCore
{
    private long counted;

    // In the gate.
    private void CountMemory()
    {
        var bytes = 0L;
        foreach (var collection in collections)
        {
            bytes += collection.Bytes;
        }

        Services.Memory.Add(bytes - counted);
        counted = bytes;
    }

    private protected override void Release()
    {
        lock (Gate)
        {
            Services.Memory.Add(-counted);
            counted = 0;
        }
    }
}
