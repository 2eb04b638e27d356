using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents;

/// <summary>Records on their way into the state: read, then parsed and hashed, then folded. Filled again and again.</summary>
internal sealed class ReplayPage
{
    // Small enough that no processor waits long for another's last piece, large enough that taking one costs nothing.
    private const int PieceRecordsMin = 16;
    private const int PiecesForEach = 4;

    private LogPage page = new([], false);
    private DeltaRecord[] deltas = [];
    private Distinction[] actions = [];

    public int Count => page.Records.Count;

    public bool HasMore => page.HasMore;

    public ReadOnlySpan<DeltaRecord> Deltas => deltas.AsSpan(0, Count);

    /// <summary>The hash of each delta's header.</summary>
    public ReadOnlySpan<Distinction> Actions => actions.AsSpan(0, Count);

    public async ValueTask LoadAsync(ValueTask<LogPage> reading)
    {
        page = await reading.ConfigureAwait(false);
        if (deltas.Length < Count)
        {
            deltas = new DeltaRecord[Count];
            actions = new Distinction[Count];
        }
    }

    /// <summary>Into how many pieces the page falls for so many processors.</summary>
    public int PieceCount(int parallelism) => (Count + PieceRecords(parallelism) - 1) / PieceRecords(parallelism);

    /// <summary>Parses and hashes one piece, beside others.</summary>
    /// <returns>The first delta whose payload is not the one that its header commits to, or null.</returns>
    /// <exception cref="Errors.TemporalException">Corrupt: bytes are no record.</exception>
    public DeltaRecord? Verify(int piece, int parallelism)
    {
        var records = PieceRecords(parallelism);
        var end = Math.Min(Count, (piece + 1) * records);
        for (var i = piece * records; i < end; i++)
        {
            ref var delta = ref deltas[i];
            delta = DeltaRecord.Read(page.Records[i]);
            if (delta.HasPayload && !delta.VerifyCommitment())
            {
                return delta;
            }

            actions[i] = delta.ActionDistinction();
        }

        return null;
    }

    /// <summary>Gives the memory of the records back.</summary>
    public void Clear()
    {
        page.Return();
        page = new([], false);
    }

    private int PieceRecords(int parallelism) => Math.Max(PieceRecordsMin, (Count + (parallelism * PiecesForEach) - 1) / (parallelism * PiecesForEach));
}
