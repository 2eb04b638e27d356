using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Events;

/// <summary>The deltas of one agent from a system time on, a page at a time.</summary>
/// <param name="directory">Where agents are found.</param>
/// <param name="agent">Whose deltas.</param>
/// <param name="read">Told how many were read, each time.</param>
internal sealed class EventSource(IAgentDirectory directory, AgentId agent, Action<int> read)
{
    // Most agents have little to say of a page's span: one delta shows where an agent stands, and who goes on is read in larger pieces.
    private const int PageMax = 64;

    private readonly DeltaExplainer explainer = new(directory);
    private readonly List<AgentDelta> deltas = [];
    private ImmutableArray<DeltaExplanation> said = [];
    private Distinction rootBeforePage;
    private long sequence;
    private int place;
    private int pageCount = 1;

    public AgentDelta Current => deltas[place];

    /// <summary>The root before the current delta.</summary>
    public Distinction RootBefore => place == 0 ? rootBeforePage : deltas[place - 1].Root;

    public DeltaExplanation Said => said[place];

    /// <summary>Goes to the first delta at or behind a time. Costs a look at the status, and log n reads when there is one.</summary>
    /// <returns>False when there is none.</returns>
    public async ValueTask<bool> SeekAsync(HybridTimestamp time, CancellationToken cancellationToken)
    {
        var contract = directory.Get<IAgent>(agent);
        var status = await contract.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        if (status.Sequence == 0 || status.SystemTime < time)
        {
            return false;
        }

        var (low, high) = (1L, time == HybridTimestamp.Zero ? 1L : status.Sequence);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var seen = await contract.ExplainDeltasAsync(middle - 1, 1, cancellationToken).ConfigureAwait(false);
            (low, high) = seen[0].SystemTime < time ? (middle + 1, high) : (low, middle);
        }

        sequence = low - 1;
        return await ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes to the next delta; false when there is none that is durable.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken) => ++place < deltas.Count || await ReadAsync(cancellationToken).ConfigureAwait(false);

    private async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var page = await directory.Get<IAgent>(agent).ReadDeltasAsync(sequence, pageCount, cancellationToken).ConfigureAwait(false);
        pageCount = Math.Min(pageCount * 2, PageMax);
        read(page.Records.Length);
        deltas.Clear();
        place = 0;
        if (page.Records.IsEmpty)
        {
            return false;
        }

        var root = page.RootBefore ?? throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{agent} does not say the root of its delta {sequence}.");
        rootBeforePage = root;
        foreach (var record in page.Records)
        {
            deltas.Add(DeltaDecoder.Decode(agent, agent.Digest, DeltaRecord.Read(record), ref root));
        }

        sequence += deltas.Count;
        said = await explainer.ExplainAsync(deltas, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
