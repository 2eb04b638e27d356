using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

/// <summary>What of a workspace is to be erased: one key, the keys with a prefix, a namespace, or every document there is.</summary>
public sealed record KvErasureScope
{
    private KvErasureScope()
    {
    }

    /// <summary>The namespace; null for all.</summary>
    public string? Namespace { get; private init; }

    /// <summary>The one key; null for more than one.</summary>
    public string? Key { get; private init; }

    /// <summary>What the keys begin with; empty for all.</summary>
    public string Prefix { get; private init; } = "";

    /// <summary>Why; at most 1,024 bytes. It stays in the log, so it must not repeat what is erased.</summary>
    public string Reason { get; init; } = "";

    /// <summary>All versions of one key.</summary>
    public static KvErasureScope OfKey(string ns, string key) => new() { Namespace = ns, Key = key };

    /// <summary>All versions of all keys that begin with a prefix.</summary>
    public static KvErasureScope OfPrefix(string ns, string prefix) => new() { Namespace = ns, Prefix = prefix };

    /// <summary>All versions of all keys of a namespace.</summary>
    public static KvErasureScope OfNamespace(string ns) => new() { Namespace = ns };

    /// <summary>Every document of the workspace.</summary>
    public static KvErasureScope OfWorkspace() => new();

    internal bool Covers(DataKeyScope one) =>
        Namespace is null
        || (Namespace == one.Namespace && (Key is not null ? one.Key == Key : Prefix.Length == 0 || one.Key?.StartsWith(Prefix, StringComparison.Ordinal) == true));

    internal byte[] ToBytes() => System.Text.Encoding.UTF8.GetBytes($"{Namespace?.Length ?? -1}:{Namespace}{Key?.Length ?? -1}:{Key}{Prefix.Length}:{Prefix}{Reason}");

    internal void Validate()
    {
        if (System.Text.Encoding.UTF8.GetByteCount(Reason) > Limits.ErasureReasonBytesMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A reason has at most {Limits.ErasureReasonBytesMax} bytes.")
            {
                Field = "reason",
                Limit = Limits.ErasureReasonBytesMax,
            };
        }
    }
}
