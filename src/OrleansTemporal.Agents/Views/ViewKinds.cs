using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>The delta kinds that a view agent writes.</summary>
internal static class ViewKinds
{
    /// <summary>The schema version that the headers of such deltas name.</summary>
    public const ushort SchemaVersion = 1;

    /// <summary>A view over a namespace is defined, or defined anew.</summary>
    public static DeltaKind Form { get; } = DeltaKind.Parse("perspective.formView");

    /// <summary>What was new was taken in for a request with an idempotency key. Changes no definition.</summary>
    public static DeltaKind Refresh { get; } = DeltaKind.Parse("perspective.refresh");

    /// <summary>A view over a view.</summary>
    public static DeltaKind Compose { get; } = DeltaKind.Parse("perspective.compose");
}
