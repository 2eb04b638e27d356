using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Series;

public sealed partial class SeriesService
{
    // Journal bytes of a value, about, before anybody has compressed it.
    private const int BytesPerValue = 16;

    /// <summary>Makes a stream with settings; one that is there stays as it is.</summary>
    /// <returns>The settings that it has.</returns>
    public async ValueTask<SeriesSettings> CreateAsync(CallContext call, string workspace, string stream, SeriesSettings settings, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, stream), Verb.Admin, cancellationToken).ConfigureAwait(false);
        if (settings.Partitions is < 1 or > Limits.PartitionsMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A stream has 1 to {Limits.PartitionsMax} partitions.") { Field = "partitions" };
        }

        return (await routes.GetOrCreateAsync(workspace, stream, settings, cancellationToken).ConfigureAwait(false)).Settings;
    }

    /// <summary>Writes points to one stream: one atomic delta for each partition, durable when it answers.</summary>
    public ValueTask<SeriesWriteReport> WriteAsync(CallContext call, string workspace, string stream, SeriesBatch batch, CancellationToken cancellationToken) =>
        WriteAsync(call, workspace, [new(stream, batch)], cancellationToken);

    /// <summary>Writes points in columns to one stream: one atomic delta for each partition, durable when it answers.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_name</c>, <c>invalid_field</c>; TooLarge; Throttled; Unavailable.</exception>
    public async ValueTask<SeriesWriteReport> WriteAsync(CallContext call, string workspace, string stream, SeriesColumns columns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Names.Validate(stream, "stream");
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, stream), Verb.Write, cancellationToken).ConfigureAwait(false);
        var route = await routes.GetOrCreateAsync(workspace, stream, null, cancellationToken).ConfigureAwait(false);
        if (route.Agents.Length > 1 || call.IdempotencyKey is not null)
        {
            return await WriteAsync(call, workspace, stream, columns.ToBatch(), cancellationToken).ConfigureAwait(false);
        }

        await access.ChargeAsync(workspace, (long)columns.Count * BytesPerValue, cancellationToken).ConfigureAwait(false);
        var write = columns.ToWrite() with { Actor = call.Principal.Name, Durability = route.Settings.Durability, Observed = call.Observed };
        return ReportOf([(await route.Agents[0].WriteAsync(write, cancellationToken).ConfigureAwait(false)).Receipt]);
    }

    /// <summary>
    /// Writes points to several streams. All of it is looked at before anything is written; each agent's part is then one
    /// atomic delta, and a retry with the same idempotency key completes what a crash left out.
    /// </summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_name</c>, <c>invalid_field</c>; TooLarge; Throttled; Unavailable.</exception>
    public async ValueTask<SeriesWriteReport> WriteAsync(
        CallContext call, string workspace, IReadOnlyCollection<KeyValuePair<string, SeriesBatch>> streams, CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var (stream, batch) in streams)
        {
            Names.Validate(stream, "stream");
            count += batch.Count;
            await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, stream), Verb.Write, cancellationToken).ConfigureAwait(false);
        }

        if (count == 0)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A write has points.") { Field = "points" };
        }

        await access.ChargeAsync(workspace, count * BytesPerValue, cancellationToken).ConfigureAwait(false);
        var parts = new List<(IChronicleAgent Agent, SeriesWrite Write)>();
        foreach (var (stream, batch) in streams)
        {
            if (batch.Count > 0)
            {
                var route = await routes.GetOrCreateAsync(workspace, stream, null, cancellationToken).ConfigureAwait(false);
                parts.AddRange(PartsOf(call, workspace, stream, route, batch));
            }
        }

        var receipts = ImmutableArray.CreateBuilder<Receipt>(parts.Count);
        var group = parts.Count > 1 ? GroupOf(parts[0].Write.Operation) : default;
        for (var i = 0; i < parts.Count; i++)
        {
            var write = parts.Count > 1 ? parts[i].Write with { Group = new WriteGroup(group, parts.Count, i) } : parts[i].Write;
            receipts.Add((await parts[i].Agent.WriteAsync(write, cancellationToken).ConfigureAwait(false)).Receipt);
        }

        return ReportOf(receipts.DrainToImmutable());
    }

    /// <summary>Deletes points that are there. What is written later is not deleted, and as of a moment before they are there.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>invalid_field</c>.</exception>
    public async ValueTask<SeriesWriteReport> DeleteAsync(CallContext call, string workspace, string stream, SeriesSelector selector, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, stream), Verb.Write, cancellationToken).ConfigureAwait(false);
        _ = new SeriesMatch(selector);
        var route = await routes.FindAsync(workspace, stream, cancellationToken).ConfigureAwait(false)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.StreamNotFound, $"Nothing was ever written to stream '{stream}'.") { Field = "stream" };
        var stamp = OperationStamps.Of(call, "delete", $"series/{workspace}/{stream}", [], TextOf(selector));
        var group = route.Agents.Length > 1 ? GroupOf(stamp) : default;
        var receipts = ImmutableArray.CreateBuilder<Receipt>(route.Agents.Length);
        for (var i = 0; i < route.Agents.Length; i++)
        {
            var delete = new SeriesDelete
            {
                Selector = selector,
                Operation = stamp,
                Group = route.Agents.Length > 1 ? new WriteGroup(group, route.Agents.Length, i) : null,
                Actor = call.Principal.Name,
                Durability = route.Settings.Durability,
                Observed = call.Observed,
            };
            receipts.Add((await route.Agents[i].DeleteAsync(delete, cancellationToken).ConfigureAwait(false)).Receipt);
        }

        return ReportOf(receipts.MoveToImmutable());
    }

    private static IEnumerable<(IChronicleAgent Agent, SeriesWrite Write)> PartsOf(CallContext call, string workspace, string stream, SeriesRoute route, SeriesBatch batch)
    {
        var stamp = call.IdempotencyKey is null ? null
            : OperationStamps.Of(call.BodyDigest.IsZero ? call with { BodyDigest = batch.Digest() } : call, "points", $"series/{workspace}/{stream}", []);
        var parts = route.Agents.Length == 1 ? [(0, batch.ToWrite())] : batch.Split(route.PartitionOf);
        return parts.Select(part => (route.Agents[part.Item1], part.Item2 with
        {
            Operation = stamp,
            Actor = call.Principal.Name,
            Durability = route.Settings.Durability,
            Observed = call.Observed,
        }));
    }

    private static string TextOf(SeriesSelector selector) =>
        $"{selector.From} {selector.To} {selector.Field} {string.Join(' ', selector.Tags.Select(static tag => $"{tag.Kind} {tag.Name.Length}:{tag.Name}{tag.Value.Length}:{tag.Value}"))}";

    private static SeriesWriteReport ReportOf(ImmutableArray<Receipt> receipts) => new(receipts, receipts.Max(static receipt => receipt.SystemTime));

    // From the stamp when there is one, so that a retry makes the parts of the same group.
    private UInt128 GroupOf(OperationStamp? stamp)
    {
        if (stamp is null)
        {
            return new UInt128(clock.Next().Value, 0);
        }

        var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(stamp.Key));
        return new UInt128(BitConverter.ToUInt64(hash, 8), BitConverter.ToUInt64(hash));
    }
}
