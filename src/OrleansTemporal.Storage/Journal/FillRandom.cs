namespace OrleansTemporal.Storage.Journal;

/// <summary>Fills bytes with randomness: <c>RandomNumberGenerator.Fill</c> in a product, a seeded source in a simulation.</summary>
public delegate void FillRandom(Span<byte> destination);
