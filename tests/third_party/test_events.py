"""simpy: processes that are generators, resumed by a queue of events."""

from tests.third_party.compare import agrees, library

simpy = library("simpy")


def test_process():
    def f(drive, park):
        env = simpy.Environment()
        log = []

        def car():
            for _ in range(3):
                yield env.timeout(drive)
                log.append(env.now)
                yield env.timeout(park)

        env.process(car())
        env.run(until=20)
        return sum(t * t for t in log)

    agrees(f, 1.3, 0.9)


def test_queue():
    def f(service, gap):
        env = simpy.Environment()
        spent = []

        def customer(server):
            start = env.now
            with server.request() as request:
                yield request
                yield env.timeout(service)
            spent.append(env.now - start)

        def source(server):
            for _ in range(4):
                env.process(customer(server))
                yield env.timeout(gap)

        env.process(source(simpy.Resource(env, capacity=1)))
        env.run()
        return sum(spent)

    agrees(f, 1.3, 0.9)
