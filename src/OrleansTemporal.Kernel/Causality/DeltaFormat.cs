using System.Text;

namespace OrleansTemporal.Causality;

/// <summary>The numbers of the delta record, format version 1; docs/formats/delta.md says the same in words.</summary>
internal static class DeltaFormat
{
    internal const byte Version = 1;

    /// <summary>SHA-256.</summary>
    internal const byte HashAlgorithm = 1;

    /// <summary>What stands behind the header: nothing, salt and payload, or what an erasure left of them.</summary>
    internal const byte PayloadDetached = 0;
    internal const byte PayloadReplaced = 2;

    internal const int SaltBytes = 16;
    internal const int LengthPrefixBytes = 4;
    internal const int CauseBytes = 14;
    internal const int GroupBytes = 20;

    internal const int ActionAt = 2;
    internal const int VerbAt = 3;
    internal const int SchemaVersionAt = 4;
    internal const int FlagsAt = 6;
    internal const int EpochAt = 8;
    internal const int SequenceAt = 16;
    internal const int SystemTimeAt = 24;
    internal const int PayloadLengthAt = 32;
    internal const int CommitmentAt = 36;
    internal const int AgentAt = 68;

    internal const int OperationKeyBytesMax = 2 * Limits.KeyBytesMax;
    internal const int KeyIdBytesMax = 256;

    /// <summary>Above the flags of the largest batch, each with a previous write.</summary>
    internal const int FacetBytesMax = 1 << 18;

    /// <summary>Above everything that the other bounds allow together.</summary>
    internal const int HeaderBytesMax = 1 << 19;

    /// <summary>UTF-8 that refuses lone surrogates, so that no two texts share their bytes.</summary>
    internal static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
