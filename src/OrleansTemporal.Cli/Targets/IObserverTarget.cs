using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Targets;

/// <summary>The observers of the timelines of a workspace.</summary>
internal interface IObserverTarget
{
    Task<Receipt> DefineAsync(string timeline, string name, ObserverPolicy policy, CancellationToken cancellationToken);

    Task<ImmutableArray<ObserverInfo>> ListAsync(string timeline, CancellationToken cancellationToken);

    Task<ObserverResult> ShowAsync(string timeline, string name, ReadOnlyMemory<float> state, CancellationToken cancellationToken);

    Task<ObserverResult> TellAsync(string timeline, ObserverOrder order, CancellationToken cancellationToken);
}
