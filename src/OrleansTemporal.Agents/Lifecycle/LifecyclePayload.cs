using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// The payload of a lifecycle delta, schema version 1: one JSON object with <c>policy</c>, or with <c>run</c>, <c>counts</c>
/// and <c>digest</c>. Small and rare, so it is readable rather than fast.
/// </summary>
internal static class LifecyclePayload
{
    public const ushort SchemaVersion = 1;

    private static readonly DeltaKind PolicyKind = DeltaKind.Parse("lifecycle.updateThresholds");
    private static readonly DeltaKind ConsolidationKind = DeltaKind.Parse("lifecycle.consolidate");
    private static readonly DeltaKind DistillationKind = DeltaKind.Parse("evolution.evaluateFitness");
    private static readonly DeltaKind GenomeKind = DeltaKind.Parse("lifecycle.extractGenome");

    public static DeltaKind Write(IBufferWriter<byte> payload, LifecyclePolicy policy)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteStartObject("policy");
        LifecyclePolicyJson.WriteMembers(json, policy);
        json.WriteEndObject();
        json.WriteEndObject();
        return PolicyKind;
    }

    public static DeltaKind Write(IBufferWriter<byte> payload, LifecycleRun run)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteString("run", LifecycleProcesses.NameOf(run.Process));
        json.WriteStartObject("counts");
        foreach (var (name, count) in run.Counts)
        {
            json.WriteNumber(name, count);
        }

        json.WriteEndObject();
        if (run.Digest is { } digest)
        {
            json.WriteString("digest", digest.ToString());
        }

        json.WriteEndObject();
        return run.Process switch
        {
            LifecycleProcess.Genome => GenomeKind,
            LifecycleProcess.Distillation => DistillationKind,
            _ => ConsolidationKind,
        };
    }

    /// <summary>The policy or the run of a delta.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static (LifecyclePolicy? Policy, LifecycleRun? Run) Read(ReadOnlyMemory<byte> payload, long sequence, HybridTimestamp systemTime)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            if (root.TryGetProperty("policy", out var policy))
            {
                return (LifecyclePolicyJson.Read(policy), null);
            }

            return (null, new LifecycleRun
            {
                Process = LifecycleProcesses.Parse(root.GetProperty("run").GetString()!),
                SystemTime = systemTime,
                Counts = root.GetProperty("counts").EnumerateObject()
                    .ToImmutableSortedDictionary(static count => count.Name, static count => count.Value.GetInt64(), StringComparer.Ordinal),
                Digest = root.TryGetProperty("digest", out var digest) ? Distinction.Parse(digest.GetString()!) : null,
            });
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or TemporalException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"Lifecycle delta {sequence} does not parse.", failure);
        }
    }
}
