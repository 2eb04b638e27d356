using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async Task DefineLedgerAsync(string ledger, SignalSchema schema, int? partitions, CancellationToken cancellationToken) =>
        await database.SignalService.DefineAsync(Call, workspace, ledger, schema, partitions, cancellationToken);

    public async IAsyncEnumerable<SignalLedgerInfo> LedgersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await database.SignalService.ListAsync(Call, workspace, after, Limits.PageCountDefault, cancellationToken);
            foreach (var info in page)
                yield return info;
            if (page.Length < Limits.PageCountDefault)
                yield break;
            after = page[^1].Name;
        }
    }

    public async Task<(int Accepted, int Duplicates)> RecordAsync(string ledger, ImmutableArray<SignalEvent> events, CancellationToken cancellationToken)
    {
        var result = await database.SignalService.RecordAsync(Call, workspace, ledger, events, cancellationToken);
        return (result.Accepted, result.Duplicates);
    }

    public async Task<SignalAnswer> ReadSignalsAsync(string ledger, SignalQuery query, CancellationToken cancellationToken) =>
        await database.SignalService.ReadAsync(Call, workspace, ledger, query, cancellationToken);

    public async Task<SignalTop> TopSignalsAsync(string ledger, SignalTopQuery query, CancellationToken cancellationToken) =>
        await database.SignalService.TopAsync(Call, workspace, ledger, query, cancellationToken);
}
