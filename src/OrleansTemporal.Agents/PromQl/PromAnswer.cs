using OrleansTemporal.Causality;

namespace OrleansTemporal.PromQl;

/// <summary>An answer and the moment of system time that it is the state of.</summary>
/// <param name="Result">The answer.</param>
/// <param name="SystemTime">Asked for as <c>asOf</c>, it is given again.</param>
/// <param name="Warning">What to tell with it: that some samples stand for windows of which policy keeps no more; null for nothing.</param>
public sealed record PromAnswer(PromResult Result, HybridTimestamp SystemTime, string? Warning = null);
