using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Ports;

/// <summary>Hears how far logs are durable. Of each log the sequences come in rising order, not one by one.</summary>
public interface IDurableListener
{
    /// <summary>False while telling is a waste. A volatile read.</summary>
    bool IsListening { get; }

    /// <summary>Whether anybody wants to hear of agents of a kind. A volatile read.</summary>
    bool Hears(AgentKind kind);

    /// <summary>Everything of an agent is durable up to a sequence. Called by whoever writes logs, so it neither waits nor fails.</summary>
    void OnDurable(AgentId agent, long sequence);
}
