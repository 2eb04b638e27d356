using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>What has changed in a source.</summary>
/// <param name="Through">Every change up to here is in.</param>
/// <param name="Changes">By key, each in the order of its times.</param>
/// <param name="HasGaps">True when of some change only a later moment tells the key.</param>
/// <param name="IsLost">True when what has changed can not be said: whatever is derived is to be made anew from the documents.</param>
internal readonly record struct ViewFeedPage(HybridTimestamp Through, List<ViewChange> Changes, bool HasGaps, bool IsLost);
