using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>The delta kinds that a storage agent writes.</summary>
internal static class KvKinds
{
    public static DeltaKind Store { get; } = DeltaKind.Parse("storage.store");

    public static DeltaKind Delete { get; } = DeltaKind.Parse("storage.delete");

    public static DeltaKind Erase { get; } = DeltaKind.Parse("storage.erase");

    public static DeltaKind Evict { get; } = DeltaKind.Parse("temperature.evict");

    public static DeltaKind HandOver { get; } = DeltaKind.Parse("pulse.handOver");

    public static DeltaKind TakeOver { get; } = DeltaKind.Parse("pulse.takeOver");
}
