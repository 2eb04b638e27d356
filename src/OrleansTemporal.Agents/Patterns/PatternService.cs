using System.Collections.Immutable;
using System.Security.Cryptography;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Series;

namespace OrleansTemporal.Patterns;

/// <summary>
/// Standing queries over streams. Definitions are documents of the namespace <c>system.patterns</c>, so they have a history, are
/// read as of any moment, and who may change documents there may change patterns. Thread-safe.
/// </summary>
public sealed class PatternService
{
    private readonly KvService documents;
    private readonly SeriesService series;

    /// <summary>Makes the facade over two others.</summary>
    public PatternService(KvService documents, SeriesService series)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(series);
        (this.documents, this.series) = (documents, series);
    }

    /// <summary>Defines a pattern, or defines it anew; then it looks at points that are written from now on.</summary>
    /// <returns>The pattern, and whether there was none of that name. The same definition again changes nothing.</returns>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_field</c>, <c>invalid_name</c>; TooLarge, <c>query_too_large</c>.</exception>
    public async ValueTask<(PatternInfo Pattern, bool IsNew)> PutAsync(CallContext call, string workspace, string name, PatternDefinition definition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Names.Validate(name, "name");
        PatternRules.Validate(definition);
        var present = await FindAsync(call, workspace, name, cancellationToken).ConfigureAwait(false);
        var written = PatternJson.Write(definition);
        var isSame = present is not null && PatternJson.Write(present.Definition).AsSpan().SequenceEqual(written);
        if (isSame && call.IdempotencyKey is null)
        {
            return (present!, false);
        }

        // What is stored says where its streams stood, too, which is no part of the request.
        call = call.IdempotencyKey is not null && call.BodyDigest.IsZero ? call with { BodyDigest = Distinction.FromBytes(SHA256.HashData(written)) } : call;

        var others = await documents.ListAsync(call, workspace, PatternDocuments.Definitions, new KvListQuery { Limit = Limits.PatternsMax }, cancellationToken).ConfigureAwait(false);
        if (present is null && others.Entries.Length == Limits.PatternsMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.QueryTooLarge, $"A workspace has at most {Limits.PatternsMax} patterns.") { Field = "name", Limit = Limits.PatternsMax };
        }

        var from = ImmutableDictionary.CreateBuilder<AgentId, long>();
        foreach (var stream in definition.Conditions.Select(static condition => condition.Stream).Distinct(StringComparer.Ordinal))
        {
            foreach (var (agent, sequence) in await series.GetSequencesAsync(call, workspace, stream, cancellationToken).ConfigureAwait(false))
            {
                from[agent] = sequence;
            }
        }

        try
        {
            // A request that is known answers as it did the first time, whatever its conditions; any other finds what it asks for.
            var result = await documents.PutAsync(
                call, workspace, PatternDocuments.Definitions, name, PatternDocuments.Write(definition, from.ToImmutable()), new KvPutOptions { IfAbsent = isSame, IsOfSystem = true }, cancellationToken).ConfigureAwait(false);
            return (new PatternInfo(name, definition, result.Outcomes[0].WriteId, result.Receipt.SystemTime, 0) { Receipt = result.Receipt }, result.Outcomes[0].Created);
        }
        catch (TemporalException fault) when (isSame && fault.Code == ErrorCodes.PreconditionFailed)
        {
            return (present!, false);
        }
    }

    /// <summary>A pattern; null when there is none.</summary>
    public async ValueTask<PatternInfo?> FindAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        Names.Validate(name, "name");
        var found = await documents.GetAsync(call, workspace, PatternDocuments.Definitions, name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        return found.Version is { IsDeleted: false } version && PatternDocuments.TryReadDefinition(name, version.WriteId, version.SystemTime, version.Value, out var stored)
            ? await InfoOfAsync(call, workspace, stored, cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>Patterns in name order, behind <paramref name="after"/>.</summary>
    public async ValueTask<ImmutableArray<PatternInfo>> ListAsync(CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        var query = new KvListQuery { After = after, Limit = limit, WithValues = true };
        var page = await documents.ListAsync(call, workspace, PatternDocuments.Definitions, query, cancellationToken).ConfigureAwait(false);
        var patterns = ImmutableArray.CreateBuilder<PatternInfo>(page.Entries.Length);
        foreach (var entry in page.Entries)
        {
            if (PatternDocuments.TryReadDefinition(entry.Key, entry.WriteId, entry.SystemTime, entry.Value, out var stored))
            {
                patterns.Add(await InfoOfAsync(call, workspace, stored, cancellationToken).ConfigureAwait(false));
            }
        }

        return patterns.ToImmutable();
    }

    /// <summary>Ends a pattern. Its matches stay.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>, <c>pattern_not_found</c>.</exception>
    public async ValueTask<Receipt> DeleteAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        Names.Validate(name, "name");
        try
        {
            return (await documents.DeleteAsync(call, workspace, PatternDocuments.Definitions, name, new KvPutOptions { IsOfSystem = true }, cancellationToken).ConfigureAwait(false)).Receipt;
        }
        catch (TemporalException fault) when (fault.Code == ErrorCodes.KeyNotFound)
        {
            throw new TemporalException(ErrorKind.NotFound, ErrorCodes.PatternNotFound, $"There is no pattern '{name}'.", fault) { Field = "name" };
        }
    }

    private async ValueTask<PatternInfo> InfoOfAsync(CallContext call, string workspace, PatternEntry entry, CancellationToken cancellationToken)
    {
        var found = await documents.GetAsync(call, workspace, PatternDocuments.Progress, entry.Name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        var progress = found.Version is { IsDeleted: false } version ? PatternDocuments.ReadProgress(version.Value) : null;
        return new PatternInfo(entry.Name, entry.Definition, entry.Version, entry.SystemTime, progress?.Version == entry.Version.ToString() ? progress.MatchCount : 0);
    }
}
