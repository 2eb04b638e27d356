using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>The delta kinds that a ledger agent writes.</summary>
internal static class SignalKinds
{
    /// <summary>Events.</summary>
    public static DeltaKind Heat { get; } = DeltaKind.Parse("temperature.heat");

    /// <summary>A version of the schema.</summary>
    public static DeltaKind Define { get; } = DeltaKind.Parse("temperature.define");
}
