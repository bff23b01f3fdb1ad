namespace IscsiMount.Cli.Output;

/// <summary>Whoever reads our output has closed it: there is nobody left to tell anything.</summary>
internal sealed class OutputClosedException(string message) : Exception(message);
