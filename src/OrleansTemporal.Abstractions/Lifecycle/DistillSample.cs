using OrleansTemporal.Causality;

namespace OrleansTemporal.Lifecycle;

/// <summary>A live value that a distillation has met, one of as many as were asked for, each as likely as any other.</summary>
/// <param name="Key">Its key.</param>
/// <param name="WriteId">The write that it is from.</param>
/// <param name="SystemTime">When it was written.</param>
/// <param name="Heat">Its share of the heat of its segment: the segment's, by the versions that lie in it.</param>
public sealed record DistillSample(string Key, WriteId WriteId, HybridTimestamp SystemTime, double Heat);
