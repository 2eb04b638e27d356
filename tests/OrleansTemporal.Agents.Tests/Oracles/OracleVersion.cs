using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>One version as the oracle remembers it.</summary>
internal sealed record OracleVersion(
    string Key, string? Value, WriteId Id, WriteId Previous, HybridTimestamp Time, ImmutableArray<WriteId> Causes)
{
    public HybridTimestamp? ExpiresAt { get; init; }

    public bool IsDeleted => Value is null;

    public bool IsLiveAt(HybridTimestamp time) => !IsDeleted && !(ExpiresAt <= time);

    /// <summary>What stands in its history where its value ended.</summary>
    public OracleVersion Tombstone() => new(Key, null, KvExpiry.TombstoneOf(Id), Id, ExpiresAt!.Value, []);

    /// <summary>Everything that a reader can see of it, in one line.</summary>
    public string Show() =>
        $"{Key} = {Value ?? "deleted"} #{Id} after #{Previous} at {Time} because of [{string.Join(' ', Causes)}] until {ExpiresAt} {(IsDeleted ? default : Documents.DistinctionOf(Encoding.UTF8.GetBytes(Value!)))}";

    /// <summary>The same line for a version that the product answered.</summary>
    public static string Show(KvVersion version) =>
        $"{version.Key} = {(version.IsDeleted ? "deleted" : Encoding.UTF8.GetString(version.Value.Span))} #{version.WriteId} after #{version.PreviousWriteId} at {version.SystemTime} because of [{string.Join(' ', version.Causes)}] until {version.ExpiresAt} {version.DistinctionId}";
}
