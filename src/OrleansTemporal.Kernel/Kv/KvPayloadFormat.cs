using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>The numbers of the storage payload, schema version 1; docs/formats/kv-payload.md says the same in words.</summary>
public static class KvPayloadFormat
{
    /// <summary>The schema version that a storage delta's header names.</summary>
    public const ushort SchemaVersion = 1;

    internal const byte Put = 1;
    internal const byte Delete = 2;
    internal const byte Expire = 3;
    internal const byte Erased = 4;

    internal const byte HadLiveValue = 1;
    internal const byte HasPrevious = 2;
    internal const byte HasExpiry = 4;
    internal const byte WasOverdue = 8;

    // Of a put: the value is encrypted.
    internal const byte Encrypted = 8;

    // Of an encrypted put: the value refers to no document, so nobody has to decrypt it to look.
    internal const byte WithoutReferences = 16;

    // The previous write is another agent's, from which the slot was taken over; its digest follows.
    internal const byte PreviousElsewhere = 16;

    internal static TemporalException Malformed(string problem) =>
        new(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"A storage delta {problem}.");
}
