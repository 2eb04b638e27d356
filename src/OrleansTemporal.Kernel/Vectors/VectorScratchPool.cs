namespace OrleansTemporal.Vectors;

/// <summary>Scratches that no search uses at the moment. Thread-safe.</summary>
internal sealed class VectorScratchPool
{
    private readonly Lock gate = new();
    private readonly Stack<VectorScratch> idle = new();

    public VectorScratch Rent()
    {
        lock (gate)
        {
            return idle.TryPop(out var scratch) ? scratch : new VectorScratch();
        }
    }

    public void Return(VectorScratch scratch)
    {
        lock (gate)
        {
            idle.Push(scratch);
        }
    }
}
