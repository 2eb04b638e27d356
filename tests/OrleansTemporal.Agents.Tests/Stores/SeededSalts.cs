using OrleansTemporal.Agents;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>Salts that a seed decides, so that a run can be repeated byte for byte.</summary>
internal sealed class SeededSalts(int seed) : ISaltSource
{
    private readonly Lock gate = new();
    private readonly Random random = new(seed);

    public void Fill(Span<byte> destination)
    {
        lock (gate)
        {
            random.NextBytes(destination);
        }
    }
}
