namespace OrleansTemporal.Signals;

/// <summary>Constants of the payload of a delta with events, byte by byte in docs/formats/signals.md.</summary>
public static class SignalPayloadFormat
{
    /// <summary>Version of the payload's form.</summary>
    public const ushort SchemaVersion = 1;

    internal const byte SameEntity = 1;
    internal const byte HasTime = 2;
    internal const byte HasWeight = 4;
    internal const byte HasId = 8;
    internal const byte KnownFlags = SameEntity | HasTime | HasWeight | HasId;
}
