using System.Collections.Immutable;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Lineage;

/// <summary>
/// Answers what follows from what in a workspace: over writes and their causes, and over documents and their references.
/// Every answer is as of one moment over all agents, and never scans a log. Thread-safe.
/// </summary>
public sealed partial class LineageService
{
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly KvService kv;
    private readonly HybridClock clock;
    private readonly LineageAgents agents;

    /// <summary>Makes the facade over a directory.</summary>
    public LineageService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces, KvService kv, HybridClock clock)
    {
        ArgumentNullException.ThrowIfNull(kv);
        this.access = access;
        this.workspaces = workspaces;
        this.kv = kv;
        this.clock = clock;
        agents = kv.LineageAgents;
    }

    /// <summary>Answers one question.</summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>workspace_not_found</c>, <c>write_not_found</c>, <c>key_not_found</c>; Invalid, <c>invalid_field</c>,
    /// <c>lineage_too_large</c> when part of the answer would be no answer, <c>write_id_ambiguous</c>, <c>as_of_in_future</c>,
    /// <c>sequence_needs_one_agent</c>.
    /// </exception>
    public async ValueTask<LineageAnswer> AskAsync(CallContext call, string workspace, LineageQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        Validate(query);
        var time = query.AsOf.SystemTime ?? clock.Next();
        clock.EnsureNotInFuture(time);

        // Read after the moment was chosen: what was written up to it is of agents that the catalog knows by now.
        var map = await agents.ReadAsync(workspace, cancellationToken).ConfigureAwait(false);
        return AsksDocuments(query)
            ? await AskDocumentsAsync(call, workspace, map, query, time, cancellationToken).ConfigureAwait(false)
            : await AskWritesAsync(map, query, time, cancellationToken).ConfigureAwait(false);
    }

    internal static TemporalException Refuse(string field, string message) => new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };

    private static bool AsksDocuments(LineageQuery query) =>
        query.Ask >= LineageAsk.References
        || (query.Ask is LineageAsk.Path or LineageAsk.Connected && query.Of[0].Contains('/', StringComparison.Ordinal));

    private static void Validate(LineageQuery query)
    {
        if (!Enum.IsDefined(query.Ask))
        {
            throw Refuse("ask", "There is no such question.");
        }

        if (query.AsOf.Sequence is not null)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.SequenceNeedsOneAgent, "Lineage spans agents; name an instant.") { Field = "asOf" };
        }

        var startsMin = query.Ask == LineageAsk.MostReferenced ? 0 : 1;
        var startsMax = query.Ask is LineageAsk.Effects or LineageAsk.Path or LineageAsk.Connected or LineageAsk.References or LineageAsk.Referrers ? 1
            : query.Ask == LineageAsk.MostReferenced ? 0
            : Limits.LineageStartsMax;
        RequireBetween("of", query.Of.Length, startsMin, startsMax);
        var (withMin, withMax) = query.Ask switch
        {
            LineageAsk.Path or LineageAsk.Connected => (1, 1),
            LineageAsk.CommonAncestor => (query.Of.Length > 1 ? 0 : 1, NearestCommonAncestors<WriteId>.StartsMax),
            _ => (0, 0),
        };
        RequireBetween("with", query.With.Length, withMin, withMax);
        RequireBetween("limit", query.Limit, 1, Limits.PageCountMax);
        RequireBetween("depth", query.Depth ?? 1, 0, int.MaxValue);
        RequireBetween("walks", query.Walks, 1, Limits.LineageWalksMax);
        RequireBetween("steps", query.Steps, 1, Limits.LineageWalksMax);
        if (query.Similarity is not (> 0 and <= 1))
        {
            throw Refuse("similarity", "'similarity' is a number above 0 and at most 1.");
        }

        if (query.Namespace is { } ns)
        {
            Names.Validate(ns, "namespace");
        }
        else if (query.Ask == LineageAsk.Unreachable)
        {
            throw Refuse("namespace", "'unreachable' needs the namespace whose documents are looked at.");
        }
    }

    private static void RequireBetween(string field, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' has {(max == 0 ? "no place in this question" : $"{min} to {max} for this question")}, not {value}.")
            {
                Field = field,
                Limit = max,
            };
        }
    }

    private static LineageBounds BoundsOf(LineageQuery query) => LineageBounds.Default with { DepthMax = query.Depth ?? int.MaxValue };

    private static TemporalException TooLarge() =>
        new(ErrorKind.Invalid, ErrorCodes.LineageTooLarge, $"The answer would rest on more than {Limits.LineageNodesMax} nodes or {Limits.LineageNeighboursMax} neighbours of one. Ask with a smaller depth.")
        {
            Field = "depth",
            Limit = Limits.LineageNodesMax,
        };

    // What a question finds does not change as of its moment, so a page is a place in it.
    private static (int From, string? Next) PageOf(LineageQuery query, int count)
    {
        var from = 0;
        if (query.Cursor is { } cursor && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            throw Refuse("cursor", "'cursor' is what a nextLink carries.");
        }

        var end = Math.Min((long)from + query.Limit, count);
        return (Math.Min(from, count), end < count ? end.ToString(CultureInfo.InvariantCulture) : null);
    }
}
