using System.Buffers;

namespace OrleansTemporal.Signals;

/// <summary>
/// What changed in one generation of deltas, as it is at the generation's end. What changes again before it was written down is
/// written down first, so that nobody has to wait until all of it is. Belongs to a <see cref="SignalTable"/>.
/// </summary>
public sealed class SignalSnapshot
{
    internal SignalSnapshot(int number) => Number = number;

    /// <summary>How many entities changed.</summary>
    public int EntityCount => Entities.Count;

    internal int Number { get; }

    internal List<int> Entities { get; } = [];

    /// <summary>Entities that have changed since, as they were.</summary>
    internal ArrayBufferWriter<byte> Kept { get; } = new();
}
