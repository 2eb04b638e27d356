using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Targets;

/// <summary>The observers of the timelines of a workspace in a data folder.</summary>
internal sealed class FolderObservers(TimelineService timelines, string workspace) : IObserverTarget
{
    private static readonly CallContext Call = CallContext.Local;

    public async Task<Receipt> DefineAsync(string timeline, string name, ObserverPolicy policy, CancellationToken cancellationToken) =>
        await timelines.DefineObserverAsync(Call, workspace, timeline, name, policy, cancellationToken);

    public async Task<ImmutableArray<ObserverInfo>> ListAsync(string timeline, CancellationToken cancellationToken) =>
        await timelines.ListObserversAsync(Call, workspace, timeline, cancellationToken);

    public async Task<ObserverResult> ShowAsync(string timeline, string name, ReadOnlyMemory<float> state, CancellationToken cancellationToken) =>
        await timelines.ObserveAsync(Call, workspace, timeline, new ObserverCapture { Name = name, State = state }, cancellationToken);

    public async Task<ObserverResult> TellAsync(string timeline, ObserverOrder order, CancellationToken cancellationToken) =>
        await timelines.ControlObserverAsync(Call, workspace, timeline, order, cancellationToken);
}
