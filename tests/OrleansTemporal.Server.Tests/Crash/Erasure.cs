using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>One request to erase, from before it is sent to what became of it.</summary>
internal sealed class Erasure
{
    public required int Id { get; init; }

    /// <summary>The namespace; null for all of the workspace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The key; null for more than one.</summary>
    public string? Key { get; init; }

    /// <summary>What the keys begin with.</summary>
    public string Prefix { get; init; } = "";

    public required long Begin { get; init; }

    /// <summary>When it was acknowledged; <see cref="long.MaxValue"/> as long as nobody knows how far it came.</summary>
    public long End { get; set; } = long.MaxValue;

    public bool IsAcknowledged => End != long.MaxValue;

    public string IdempotencyKey => $"erase-{Id}";

    public string Body => Namespace is null ? """{"workspace":true}"""
        : Key is not null ? $$$"""{"kv":{"namespace":"{{{Namespace}}}","key":{{{JsonSerializer.Serialize(Key)}}}}}"""
        : Prefix.Length > 0 ? $$$"""{"kv":{"namespace":"{{{Namespace}}}","prefix":{{{JsonSerializer.Serialize(Prefix)}}}}}"""
        : $$$"""{"kv":{"namespace":"{{{Namespace}}}"}}""";

    public bool Covers(string name, string key) =>
        (Namespace ?? name) == name && (Key is null ? key.StartsWith(Prefix, StringComparison.Ordinal) : key == Key);

    public override string ToString() => $"erasure {Id} of {Namespace ?? "everything"}{(Key is null && Prefix.Length == 0 ? "" : "/")}{Key ?? Prefix}{(Key is null ? "*" : "")}, from {Begin} to {(IsAcknowledged ? End : "nobody knows when")}";
}
