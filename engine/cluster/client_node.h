// ClientNode: one client process, whichever kind, behind the same three doors as a broker.
//
// Also drives its workload: an application that calls send() at a steady pace. The payloads are a
// function of their number ("value-17"), so that a reader can see at once which record is which.
//
// Called by: sim/world. Read next: client/kafka_producer.h, client/kafka_consumer.h
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "engine/client/admin_client.h"
#include "engine/client/kafka_consumer.h"
#include "engine/client/kafka_producer.h"
#include "engine/client/workload.h"
#include "engine/cluster/snapshot.h"
#include "engine/env/env.h"

namespace kscope::cluster {

class ClientNode {
 public:
  ClientNode() = default;
  ClientNode(std::string name, client::KafkaProducer producer)
      : name_(std::move(name)), client_(std::move(producer)) {}
  ClientNode(std::string name, client::KafkaConsumer consumer)
      : name_(std::move(name)), client_(std::move(consumer)) {}
  ClientNode(std::string name, client::AdminClient admin)
      : name_(std::move(name)), client_(std::move(admin)) {}

  void on_frame(env::Env& env, const env::ConnectionInfo& connection, const Blob& frame,
                FrameId id);
  void on_closed(env::Env& env, const env::ConnectionInfo& connection);
  void on_timer(env::Env& env, env::TimerKind kind, std::int64_t key);
  /// Starts sending; REQUIRES a producer.
  void add_workload(env::Env& env, const client::Workload& workload);
  void close(env::Env& env);

  const std::string& name() const { return name_; }
  client::KafkaProducer* producer() { return std::get_if<client::KafkaProducer>(&client_); }
  client::KafkaConsumer* consumer() { return std::get_if<client::KafkaConsumer>(&client_); }
  client::AdminClient* admin() { return std::get_if<client::AdminClient>(&client_); }
  const client::KafkaProducer* producer() const {
    return std::get_if<client::KafkaProducer>(&client_);
  }
  const client::KafkaConsumer* consumer() const {
    return std::get_if<client::KafkaConsumer>(&client_);
  }
  /// Its application wants the process to die.
  bool died() const { return consumer() != nullptr && consumer()->died(); }
  ClientView view() const;
  /// What it was started with, for readers.
  void set_settings(Settings settings) { settings_ = std::move(settings); }

 private:
  std::string name_;
  std::variant<client::AdminClient, client::KafkaProducer, client::KafkaConsumer> client_;
  std::vector<client::Workload> workloads_;
  Settings settings_;
};

}  // namespace kscope::cluster
